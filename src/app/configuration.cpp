#include "app/configuration.hpp"

#include "runtime/config_file.hpp"
#include "runtime/environment.hpp"
#include "runtime/files.hpp"

namespace app {

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
    return table.read(input);
}

}  // namespace app
