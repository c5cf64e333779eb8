// Ctrl-C and SIGTERM as a flag: the first asks the program to stop in order, another ends it at once. What comes within
// a second of the first is the same wish: `timeout` and some terminals signal a process and its group.
#pragma once
#include <atomic>
#include <chrono>

namespace runtime {

/// Installs the handlers for the life of the object; at most one exists at a time. SIGPIPE and SIGXFSZ are ignored as
/// well, so that a closed pipe and a limit on the size of files are errors of write(). A SIGHUP that the program was
/// started without (`nohup`) stays so.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    /// Becomes true once and stays; any thread.
    [[nodiscard]] const std::atomic<bool>& requested() const;
    /// Waits until it is, or for at most this long; whether it is. The thread that made the object.
    bool wait(std::chrono::milliseconds at_most) const;

  private:
    const bool hangup_is_ignored_;
};

}  // namespace runtime
