#include "app/adding_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;
using runtime::Descriptor;

constexpr std::string_view prefix = ".adding-";

Descriptor open_folder(const fs::path& path) {
    return Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool try_lock(const Descriptor& folder) {
    return folder.is_open() && flock(folder.number(), LOCK_EX | LOCK_NB) == 0;
}

// Called under the parent's lock, so that none is between its making and its lock.
void sweep(const fs::path& parent) {
    std::error_code ignored;  // nothing better can be done with what cannot be removed
    std::vector<fs::path> left;
    for (const fs::directory_entry& entry : fs::directory_iterator(parent, ignored)) {
        if (entry.path().filename().string().starts_with(prefix)) left.push_back(entry.path());
    }
    for (const fs::path& path : left) {
        if (const Descriptor folder = open_folder(path); try_lock(folder)) fs::remove_all(path, ignored);
    }
}

}  // namespace

Result<AddingFolder> AddingFolder::make(const fs::path& parent) {
    std::error_code fault;
    fs::create_directories(parent, fault);
    if (fault) return base::fail_errno(ErrorCode::output_failed, "cannot make " + parent.string(), fault.value());
    const Descriptor lock = open_folder(parent);
    // Where the file system has no locks nothing is swept.
    if (lock.is_open() && flock(lock.number(), LOCK_EX) == 0) sweep(parent);
    std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
    if (mkdtemp(name.data()) == nullptr)
        return base::fail_errno(ErrorCode::output_failed, "cannot make a folder in " + parent.string(), errno);
    Descriptor own = open_folder(name);
    try_lock(own);
    return AddingFolder(name, std::move(own));
}

AddingFolder::AddingFolder(AddingFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

AddingFolder::~AddingFolder() {
    std::error_code ignored;  // the next one sweeps
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<void> AddingFolder::publish(const fs::path& target) {
    constexpr auto everybody_reads = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                     fs::perms::others_read | fs::perms::others_exec;
    std::error_code fault;
    fs::permissions(path_, everybody_reads, fault);
    if (!fault) fs::rename(path_, target, fault);
    if (fault) return base::fail_errno(ErrorCode::output_failed, "cannot make " + target.string(), fault.value());
    path_.clear();
    return {};
}

}  // namespace app
