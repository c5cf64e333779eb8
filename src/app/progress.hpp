// The progress of a batch of files: pure text from figures, and the board that shows it.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace app {

struct BatchProgress {
    double done_seconds = 0;              // of audio whose words are final
    std::optional<double> total_seconds;  // of the whole batch; absent while a file's length is unknown
    double elapsed_seconds = 0;           // since the first file began
    std::size_t files_done = 0;
    std::size_t files_total = 0;
};

/// "1:02:03" or "2:03".
std::string clock_text(double seconds);

/// One line of at most `columns` columns: a bar, audio seconds done, speed, time left.
std::string progress_line(const BatchProgress& progress, std::size_t columns);

/// Keeps the figures of a batch and shows them on standard error: a line that redraws itself on a terminal, a plain
/// line every ten seconds elsewhere, nothing when quiet. Any thread.
class ProgressBoard {
  public:
    enum class Style : std::uint8_t { quiet, plain, terminal };

    ProgressBoard(Style style, std::size_t files, const base::Clock& clock);
    ~ProgressBoard();
    ProgressBoard(const ProgressBoard&) = delete;
    ProgressBoard& operator=(const ProgressBoard&) = delete;

    void set_duration(std::size_t file, std::optional<double> seconds);
    void set_done(std::size_t file, double seconds);
    void finish(std::size_t file);
    /// Takes the bar away while `print` prints; it comes back with the next change. `print` must not call the board.
    void aside(const std::function<void()>& print);
    /// Since the board was made.
    [[nodiscard]] double elapsed_seconds() const;

  private:
    struct File {
        std::optional<double> duration_seconds;
        double done_seconds = 0;
        bool finished = false;
    };
    [[nodiscard]] BatchProgress figures() const;
    void show_if_due();
    void clear();

    const Style style_;
    const base::Clock& clock_;
    const std::chrono::steady_clock::time_point start_;
    mutable std::mutex mutex_;
    std::vector<File> files_;
    std::chrono::steady_clock::time_point last_shown_;
    bool bar_is_shown_ = false;
};

}  // namespace app
