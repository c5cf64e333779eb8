// The threads that wait for sockets and timers (an Asio context). They never run a handler, read a file or wait for a
// lock for long: such work goes to a WorkerPool.
#pragma once
#include <cstddef>
#include <memory>

#include "base/executor.hpp"

namespace runtime {

class Network final : public base::Executor {
  public:
    explicit Network(std::size_t threads);
    /// Ends the threads; whatever still waits is dropped. Servers and clients on it must be gone by then.
    ~Network() override;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    void post(std::function<void()> task) override;
    base::TimerId at(std::chrono::steady_clock::time_point time, std::function<void()> task) override;
    void cancel(base::TimerId timer) override;

    /// The context itself, for the adapters of this layer.
    struct State;
    [[nodiscard]] State& state() { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

}  // namespace runtime
