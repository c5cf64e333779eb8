// What the adapters over Asio in this folder share; included by their .cpp files only.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/executor.hpp"
#include "runtime/network.hpp"
#include "runtime/worker_pool.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 sees the frame's own operator delete and, having inlined its operator new, takes the two for strangers.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace runtime {

namespace asio = boost::asio;
using asio::awaitable;
using asio::use_awaitable;
using TimePoint = std::chrono::steady_clock::time_point;
using Strand = asio::strand<asio::io_context::executor_type>;

struct Network::State {
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::mutex mutex;
    base::TimerId next_timer = 0;
    std::map<base::TimerId, std::shared_ptr<asio::steady_timer>> timers;
    std::vector<std::thread> threads;
};

/// Lets one coroutine sleep until another thread wakes it. Waking before the wait is kept.
class Waker : public std::enable_shared_from_this<Waker> {
  public:
    explicit Waker(const Strand& strand) : strand_(strand), timer_(strand) {}

    /// Any thread.
    void wake();
    /// On the strand, one coroutine at a time: true once woken (and takes that), false when the time has come.
    awaitable<bool> wait_until(TimePoint time);

  private:
    Strand strand_;
    asio::steady_timer timer_;
    bool woken_ = false;
};

/// Whether the pool may refuse: `given` to what continues something that it took before.
enum class Admission : std::uint8_t { needed, given };

/// Runs `work` on the pool and gives its result to the coroutine, which sleeps meanwhile; absent when the pool refuses
/// it. What `work` refers to may live in the coroutine: it stays where it is until the work has ended.
template <class Work>
auto run_on(WorkerPool& pool, Strand strand, Admission admission, std::size_t size_bytes, Work work)
    -> awaitable<std::optional<std::invoke_result_t<Work>>> {
    std::optional<std::invoke_result_t<Work>> result;
    const auto waker = std::make_shared<Waker>(strand);
    const auto task = [&result, &work, waker] {
        result.emplace(work());
        waker->wake();
    };
    if (admission == Admission::given) {
        pool.post(task);
    } else if (!pool.try_post(size_bytes, task)) {
        co_return std::nullopt;
    }
    while (!co_await waker->wait_until(TimePoint::max())) {
    }
    co_return std::move(result);
}

}  // namespace runtime
