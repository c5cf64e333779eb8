// The options of the installation itself; each service brings its own beside them.
#pragma once
#include <vector>

#include "runtime/config.hpp"

namespace app {

std::vector<runtime::Option> platform_options();

}  // namespace app
