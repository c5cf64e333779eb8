// Whether the tasks of one runner may run, and how many do: count what is in flight, close, wait (after Seastar's
// gate). Any thread.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace flow {

class Gate : public std::enable_shared_from_this<Gate> {
  public:
    /// The task for an executor: it runs only while the gate is open and is counted meanwhile; later it is nothing, and
    /// touches nothing but the gate.
    [[nodiscard]] std::function<void()> guard(std::function<void()> task);

    /// What runs goes on; nothing new begins.
    void close();
    /// As close(), and what runs is to write nothing more.
    void cut();
    [[nodiscard]] bool closed() const;
    [[nodiscard]] bool was_cut() const;
    /// Closed, and nothing runs.
    [[nodiscard]] bool idle() const;
    /// Until it is idle.
    void wait();

  private:
    bool enter();
    void leave();

    mutable std::mutex mutex_;
    std::condition_variable left_;
    std::size_t running_ = 0;
    bool closed_ = false;
    bool cut_ = false;
};

}  // namespace flow
