// `video-transcriber version`.
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/version.hpp"
#include "base/json_writer.hpp"
#include "speech/sherpa_recogniser.hpp"

namespace app {
namespace {

std::string version_text(bool json) {
    const std::string engine = speech::sherpa_version();
    if (!json) return "video-transcriber " + std::string(program_version) + " (sherpa-onnx " + engine + ")\n";
    base::JsonWriter writer;
    writer.begin_object().key("version").value(program_version).key("sherpa_onnx").value(engine).end_object();
    return writer.text() + "\n";
}

int print_version(bool json) {
    const auto printed = print_result(version_text(json));
    if (printed) return exit_done;
    print_error(tell(printed.error()));
    return exit_failed;
}

}  // namespace

void declare_version(CLI::App& command, Action& chosen) {
    const auto json = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "As JSON");
    command.callback([json, &chosen] { chosen = [json] { return print_version(*json); }; });
}

}  // namespace app
