#include "app/model_trial.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <ranges>
#include <utility>

#include "base/utf8.hpp"
#include "runtime/files.hpp"
#include "runtime/process.hpp"
#include "runtime/system_clock.hpp"

namespace app {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::chrono::minutes longest_silence{10};  // a large model on a slow disk says nothing for long
constexpr std::chrono::minutes longest_trial{30};    // and one that talks without end is none
constexpr std::size_t most_said_bytes = 64 * 1024;   // its end is what counts

Result<std::string> listen(runtime::Process& child, const std::atomic<bool>& stop) {
    std::string said;
    std::array<std::byte, 4096> buffer{};
    const runtime::SystemClock clock;
    const auto end = clock.now() + longest_trial;
    while (clock.now() < end) {
        const runtime::ReadOutcome outcome = child.read(buffer, longest_silence, &stop);
        if (outcome.end == runtime::ReadEnd::end_of_file) return said;
        if (outcome.end == runtime::ReadEnd::stopped) return base::fail(ErrorCode::cancelled, "nothing was added");
        if (outcome.end == runtime::ReadEnd::timed_out) break;
        for (const std::byte byte : std::span(buffer).first(outcome.size_bytes))
            said += static_cast<char>(byte);
        if (said.size() > most_said_bytes) said.erase(0, said.size() - most_said_bytes);
    }
    return base::fail(ErrorCode::model_broken, "the engine did not come back from this model");
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

}  // namespace

std::string reason_in(std::string_view said) {
    constexpr std::string_view ours = "video-transcriber: error: ";
    std::string_view last;
    for (const auto part : std::views::split(said, '\n')) {
        const std::string_view line(part);
        if (line.starts_with(ours)) {
            const std::string_view told = line.substr(ours.size());
            const std::size_t code_end = told.find(": ");
            return std::string(code_end == std::string_view::npos ? told : told.substr(code_end + 2));
        }
        if (line.find_first_not_of(' ') != std::string_view::npos) last = line.substr(line.find_first_not_of(' '));
    }
    return std::string(last);
}

Result<void> try_in_child(const std::filesystem::path& copy, const std::filesystem::path& source,
                          const std::atomic<bool>& stop) {
    auto child = runtime::Process::start(
        {runtime::program_folder() / "video-transcriber", {"models", "check", "--all-to-output", copy.string()}});
    if (!child) return std::unexpected(child.error());
    const auto said = listen(*child, stop);
    if (!said) return std::unexpected(said.error());
    const runtime::ProcessExit end = child->wait();
    if (!end.signalled && end.code == 0) return {};
    const std::string reason = base::printable(replaced(reason_in(*said), copy.string(), source.string()), 400);
    return base::fail(ErrorCode::model_broken, source.string() + ": the engine cannot run this model" +
                                                   (reason.empty() ? "" : ": " + reason) +
                                                   "; check the family and the files, nothing was added");
}

}  // namespace app
