// Where configuration comes from on this machine: the file of --config, the environment, the command line's own flags.
#pragma once
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runtime/config.hpp"

namespace app {

struct ConfigurationArguments {
    std::string file;  // empty: none
    std::vector<std::pair<std::string, std::string>> overrides;
};

/// Everything that is wrong comes at once.
std::expected<runtime::Config, std::vector<base::Error>> read_configuration(const runtime::ConfigTable& table,
                                                                            const ConfigurationArguments& arguments);

}  // namespace app
