#include "runtime/environment.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace runtime {

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

std::map<std::string, std::string> environment_with(std::string_view prefix) {
    std::map<std::string, std::string> found;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view pair = *entry;
        const std::size_t equals = pair.find('=');
        if (pair.starts_with(prefix) && equals != std::string_view::npos)
            found.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
    return found;
}

bool is_terminal(int descriptor) {
    return isatty(descriptor) == 1 && environment("TERM").value_or("dumb") != "dumb";
}

std::size_t terminal_columns(int descriptor) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

}  // namespace runtime
