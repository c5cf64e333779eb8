#include "runtime/worker_pool.hpp"

namespace runtime {

bool WorkerPool::try_post(std::size_t size_bytes, std::function<void()> task) {
    const bool tasks_fit = waiting_tasks_.fetch_add(1) < limits_.waiting_tasks;
    const bool bytes_fit = waiting_bytes_.fetch_add(size_bytes) + size_bytes <= limits_.waiting_bytes;
    if (!tasks_fit || !bytes_fit) {
        --waiting_tasks_;
        waiting_bytes_ -= size_bytes;
        return false;
    }
    threads_.post([this, size_bytes, task = std::move(task)] {
        --waiting_tasks_;
        waiting_bytes_ -= size_bytes;
        task();
    });
    return true;
}

void WorkerPool::post(std::function<void()> task) {
    threads_.post(std::move(task));
}

base::TimerId PoolExecutor::at(std::chrono::steady_clock::time_point time, std::function<void()> task) {
    return network_.at(time, [&pool = pool_, task = std::move(task)] { pool.post(task); });
}

}  // namespace runtime
