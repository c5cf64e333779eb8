#include "app/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <unistd.h>

#include "app/console.hpp"
#include "runtime/environment.hpp"

namespace app {
namespace {

constexpr std::chrono::milliseconds redraw_interval{100};
constexpr std::chrono::seconds plain_interval{10};
constexpr std::string_view erase_line = "\r\x1b[K";

void write_raw(std::string_view text) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

std::string one_decimal(double value) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::string bar(double share, std::size_t width) {
    const auto filled = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
    return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] ";
}

// What is known after the bar: "0:12 of 0:41, 21.3x, 0:01 left".
std::string figures_text(const BatchProgress& progress) {
    std::string text = clock_text(progress.done_seconds);
    if (progress.total_seconds) text += " of " + clock_text(*progress.total_seconds);
    const double speed = progress.elapsed_seconds > 0 ? progress.done_seconds / progress.elapsed_seconds : 0;
    if (speed > 0) text += ", " + one_decimal(speed) + "x";
    if (speed > 0 && progress.total_seconds) {
        text += ", " + clock_text(std::max(0.0, *progress.total_seconds - progress.done_seconds) / speed) + " left";
    }
    if (progress.files_total > 1) {
        text += ", " + std::to_string(progress.files_done) + " of " + std::to_string(progress.files_total) + " files";
    }
    return text;
}

}  // namespace

std::string clock_text(double seconds) {
    const auto whole = static_cast<long long>(std::max(0.0, std::round(seconds)));
    std::array<char, 64> text{};
    if (whole >= 3600) {
        std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60, whole % 60);
    } else {
        std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / 60, whole % 60);
    }
    return text.data();
}

std::string progress_line(const BatchProgress& progress, std::size_t columns) {
    constexpr std::size_t widest_bar = 30;
    constexpr std::size_t narrowest_bar = 5;
    constexpr std::size_t brackets = 3;
    std::string text = figures_text(progress);
    if (progress.total_seconds && *progress.total_seconds > 0 && text.size() + narrowest_bar + brackets <= columns) {
        const double share = std::clamp(progress.done_seconds / *progress.total_seconds, 0.0, 1.0);
        text = bar(share, std::min(widest_bar, columns - text.size() - brackets)) + text;
    }
    return text.substr(0, columns);
}

ProgressBoard::ProgressBoard(Style style, std::size_t files, const base::Clock& clock)
    : style_(style), clock_(clock), start_(clock.now()), files_(files), last_shown_(start_) {}

ProgressBoard::~ProgressBoard() {
    aside([] {});
}

void ProgressBoard::set_duration(std::size_t file, std::optional<double> seconds) {
    const std::lock_guard lock(mutex_);
    files_.at(file).duration_seconds = seconds;
    show_if_due();
}

void ProgressBoard::set_done(std::size_t file, double seconds) {
    const std::lock_guard lock(mutex_);
    files_.at(file).done_seconds = seconds;
    show_if_due();
}

void ProgressBoard::finish(std::size_t file) {
    const std::lock_guard lock(mutex_);
    File& done = files_.at(file);
    done.finished = true;
    done.duration_seconds = done.done_seconds;  // what was really heard, now that it is known
}

void ProgressBoard::aside(const std::function<void()>& print) {
    const std::lock_guard lock(mutex_);
    clear();
    print();
}

void ProgressBoard::clear() {
    if (bar_is_shown_) write_raw(erase_line);
    bar_is_shown_ = false;
}

double ProgressBoard::elapsed_seconds() const {
    return std::chrono::duration<double>(clock_.now() - start_).count();
}

BatchProgress ProgressBoard::figures() const {
    BatchProgress sum{.total_seconds = 0.0, .elapsed_seconds = elapsed_seconds(), .files_total = files_.size()};
    for (const File& file : files_) {
        sum.done_seconds += file.done_seconds;
        sum.files_done += file.finished ? 1U : 0U;
        if (!file.duration_seconds) sum.total_seconds.reset();
        if (sum.total_seconds && file.duration_seconds) *sum.total_seconds += *file.duration_seconds;
    }
    return sum;
}

void ProgressBoard::show_if_due() {
    if (style_ == Style::quiet) return;
    const auto now = clock_.now();
    if (style_ == Style::plain) {
        if (now - last_shown_ < plain_interval) return;
        last_shown_ = now;
        print_note(progress_line(figures(), 200));
        return;
    }
    if (bar_is_shown_ && now - last_shown_ < redraw_interval) return;
    last_shown_ = now;
    bar_is_shown_ = true;
    const std::size_t columns = runtime::terminal_columns(STDERR_FILENO);
    write_raw(std::string(erase_line) + progress_line(figures(), columns - 1));
}

}  // namespace app
