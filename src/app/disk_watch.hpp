// Whether the disks of an installation take what is to be kept, found out by writing, at most every few seconds. Any
// thread; those who ask while it is found out wait for it.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace app {

class DiskWatch {
  public:
    /// The clock outlives it. `reserve_bytes`: what must be free under each folder.
    DiskWatch(std::vector<std::filesystem::path> folders, std::uint64_t reserve_bytes, const base::Clock& clock);

    /// Errors: disk_full, output_failed.
    base::Result<void> check();

    static constexpr std::chrono::seconds every{2};

  private:
    base::Result<void> probe() const;

    std::vector<std::filesystem::path> folders_;
    std::uint64_t reserve_bytes_;
    const base::Clock& clock_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point known_until_{};
    base::Result<void> last_;
};

}  // namespace app
