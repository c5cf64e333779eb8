#include "app/disk_watch.hpp"

#include "runtime/files.hpp"

namespace app {

DiskWatch::DiskWatch(std::vector<std::filesystem::path> folders, std::uint64_t reserve_bytes, const base::Clock& clock)
    : folders_(std::move(folders)), reserve_bytes_(reserve_bytes), clock_(clock) {}

base::Result<void> DiskWatch::check() {
    const std::lock_guard lock(mutex_);
    if (clock_.now() < known_until_) return last_;
    last_ = probe();
    known_until_ = clock_.now() + every;
    return last_;
}

base::Result<void> DiskWatch::probe() const {
    for (const std::filesystem::path& folder : folders_) {
        if (auto probed = runtime::probe_disk(folder, reserve_bytes_); !probed) return probed;
    }
    return {};
}

}  // namespace app
