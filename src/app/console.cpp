#include "app/console.hpp"

#include <cerrno>
#include <string>

#include <unistd.h>

#include "base/utf8.hpp"

namespace app {
namespace {

constexpr std::size_t longest_line = 4000;  // code points

// One write(2) a line: lines of several threads do not mix.
void print_line(std::string_view prefix, std::string_view message) {
    const std::string line = std::string(prefix) + base::printable(message, longest_line) + "\n";
    // Nobody is left to tell when standard error itself cannot be written.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void print_error(std::string_view message) {
    print_line("video-transcriber: error: ", message);
}

void print_warning(std::string_view message) {
    print_line("video-transcriber: warning: ", message);
}

void print_note(std::string_view message) {
    print_line("", message);
}

base::Result<void> print_result(std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = write(STDOUT_FILENO, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return base::fail_errno(base::ErrorCode::output_failed, "cannot write to standard output", errno);
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

std::string tell(const base::Error& error) {
    return std::string(base::code_name(error.code)) + ": " + error.message;
}

}  // namespace app
