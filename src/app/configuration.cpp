#include "app/configuration.hpp"

#include "runtime/config_file.hpp"
#include "runtime/environment.hpp"
#include "runtime/files.hpp"
#include "services/transcription/transcription.hpp"

namespace app {
namespace {

std::string seconds_text(std::chrono::milliseconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count()) + " s";
}

// What is wrong between options of which each is right.
std::vector<base::Error> contradictions(const runtime::Config& config) {
    const auto gap = transcription::longest_recording_gap(config);
    if (config.duration("upload.recording_expires") > gap) return {};
    return {
        {base::ErrorCode::configuration_invalid,
         "upload.recording_expires must be longer than the " + seconds_text(gap) +
             " that a live stream may be silent with this transcription.live_idle_time, or one that is kept would be "
             "taken for dead; make that shorter or this longer"}};
}

}  // namespace

std::expected<runtime::Config, std::vector<base::Error>> read_configuration(const runtime::ConfigTable& table,
                                                                            const ConfigurationArguments& arguments) {
    runtime::ConfigInput input{.file_name = arguments.file,
                               .environment = runtime::environment_with("VIDEO_TRANSCRIBER_"),
                               .overrides = arguments.overrides};
    if (!arguments.file.empty()) {
        auto text = runtime::read_file(arguments.file, runtime::longest_config_bytes);
        if (!text) return std::unexpected(std::vector{text.error()});
        input.file_text = std::move(*text);
    }
    auto config = table.read(input);
    if (!config) return config;
    if (auto wrong = contradictions(*config); !wrong.empty()) return std::unexpected(std::move(wrong));
    return config;
}

}  // namespace app
