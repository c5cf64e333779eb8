// Ctrl-C and SIGTERM as a flag: the first asks the program to stop in order, a second ends it at once.
#pragma once
#include <atomic>

namespace runtime {

/// Installs the handlers for the life of the object; at most one exists at a time. SIGPIPE is ignored as well, so that
/// a closed pipe is an error of write().
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    /// Becomes true once and stays; any thread.
    [[nodiscard]] const std::atomic<bool>& requested() const;
};

}  // namespace runtime
