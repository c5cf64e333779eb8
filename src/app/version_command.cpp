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

std::string version_json() {
    base::JsonWriter writer;
    writer.begin_object().key("version").value(program_version);
    writer.key("sherpa_onnx").value(speech::sherpa_version()).end_object();
    return writer.text() + "\n";
}

int print_version(bool json) {
    const auto printed = print_result(json ? version_json() : version_text() + "\n");
    if (printed) return exit_done;
    print_error(tell(printed.error()));
    return exit_failed;
}

}  // namespace

std::string version_text() {
    return "video-transcriber " + std::string(program_version) + " (sherpa-onnx " + speech::sherpa_version() + ")";
}

void declare_version(CLI::App& command, Action& chosen) {
    const auto json = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "As JSON");
    command.callback([json, &chosen] { chosen = [json] { return print_version(*json); }; });
}

}  // namespace app
