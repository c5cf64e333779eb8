#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/file_system.hpp"

namespace blob {
namespace {

using base::ErrorCode;
using runtime::Descriptor;
namespace fs = std::filesystem;

std::unexpected<base::Error> fault(std::string_view doing, const fs::path& path, int reason) {
    const ErrorCode code = reason == ENOENT                          ? ErrorCode::blob_not_found
                           : reason == EEXIST || reason == ENOTEMPTY ? ErrorCode::blob_exists
                                                                     : ErrorCode::blob_failed;
    return base::fail_errno(code, "cannot " + std::string(doing) + " " + path.string(), reason);
}

FileId id_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

class SystemFile final : public File {
  public:
    SystemFile(Descriptor file, fs::path path, FileId id) : file_(std::move(file)), path_(std::move(path)), id_(id) {}
    ~SystemFile() override {
        if (is_locked_) unlock();
    }
    SystemFile(const SystemFile&) = delete;
    SystemFile& operator=(const SystemFile&) = delete;

    [[nodiscard]] FileId id() const override { return id_; }
    base::Result<std::uint64_t> size() override;
    base::Result<std::size_t> read_at(std::uint64_t offset_bytes, std::span<std::byte> buffer) override;
    base::Result<void> write_at(std::uint64_t offset_bytes, std::span<const std::byte> bytes) override;
    base::Result<void> truncate(std::uint64_t size_bytes) override;
    void discard(std::uint64_t offset_bytes, std::uint64_t size_bytes) override;
    base::Result<void> sync() override;
    base::Result<bool> try_lock(std::uint64_t offset_bytes, std::uint64_t size_bytes) override;
    base::Result<Descriptor> read_only() override;

  private:
    void unlock();

    Descriptor file_;
    fs::path path_;
    FileId id_;
    bool is_locked_ = false;
};

base::Result<std::unique_ptr<File>> wrap(Descriptor file, const fs::path& path) {
    struct stat status{};
    if (fstat(file.number(), &status) != 0) return fault("look at", path, errno);
    return std::make_unique<SystemFile>(std::move(file), path, id_of(status));
}

base::Result<std::uint64_t> SystemFile::size() {
    struct stat status{};
    if (fstat(file_.number(), &status) != 0) return fault("look at", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

base::Result<std::size_t> SystemFile::read_at(std::uint64_t offset_bytes, std::span<std::byte> buffer) {
    std::size_t done = 0;
    while (done < buffer.size()) {
        const ssize_t size =
            pread(file_.number(), buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset_bytes + done));
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fault("read", path_, errno);
        if (size == 0) break;
        done += static_cast<std::size_t>(size);
    }
    return done;
}

base::Result<void> SystemFile::write_at(std::uint64_t offset_bytes, std::span<const std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t size =
            pwrite(file_.number(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset_bytes + done));
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fault("write", path_, errno);
        done += static_cast<std::size_t>(size);
    }
    return {};
}

base::Result<void> SystemFile::truncate(std::uint64_t size_bytes) {
    if (ftruncate(file_.number(), static_cast<off_t>(size_bytes)) != 0) return fault("cut", path_, errno);
    return {};
}

void SystemFile::discard(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
    fallocate(file_.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset_bytes),
              static_cast<off_t>(size_bytes));
}

base::Result<void> SystemFile::sync() {
    if (fdatasync(file_.number()) != 0) return fault("sync", path_, errno);
    return {};
}

// Locks of the open file description, not of the process: two threads exclude each other as two processes do, and
// closing another descriptor of the file does not drop them.
base::Result<bool> SystemFile::try_lock(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = static_cast<off_t>(offset_bytes);
    range.l_len = static_cast<off_t>(size_bytes);
    if (fcntl(file_.number(), F_OFD_SETLK, &range) == 0) return is_locked_ = true;
    if (errno == EAGAIN || errno == EACCES) return false;
    return fault("lock", path_, errno);
}

// Not left to the closing of the descriptor: a child that another thread is about to start has it too until it runs its
// program, and would keep the lock that long.
void SystemFile::unlock() {
    struct flock everything{};
    everything.l_type = F_UNLCK;
    everything.l_whence = SEEK_SET;
    fcntl(file_.number(), F_OFD_SETLK, &everything);
}

base::Result<Descriptor> SystemFile::read_only() {
    const std::string self = "/proc/self/fd/" + std::to_string(file_.number());
    Descriptor file(::open(self.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) return fault("open", path_, errno);
    return file;
}

class SystemFiles final : public FileSystem {
  public:
    base::Result<std::unique_ptr<File>> open(const fs::path& path, Open mode) override {
        const int flags = mode == Open::read ? O_RDONLY : mode == Open::write ? O_RDWR : O_RDWR | O_CREAT | O_EXCL;
        Descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0640));
        if (!file.is_open()) return fault("open", path, errno);
        return wrap(std::move(file), path);
    }

    base::Result<std::unique_ptr<File>> unnamed(const fs::path& folder) override {
        Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
        if (file.is_open()) return wrap(std::move(file), folder);
        // Not every file system has unnamed files (NFS, some overlays).
        std::string name = (folder / "unnamed-XXXXXX").string();
        file = Descriptor(mkostemp(name.data(), O_CLOEXEC));
        if (!file.is_open()) return fault("make a temporary file in", folder, errno);
        unlink(name.c_str());
        return wrap(std::move(file), folder);
    }

    base::Result<FileId> identify(const fs::path& path) override {
        struct stat status{};
        if (lstat(path.c_str(), &status) != 0) return fault("look at", path, errno);
        return id_of(status);
    }

    base::Result<void> make_folder(const fs::path& path) override {
        if (mkdir(path.c_str(), 0750) == 0 || errno == EEXIST) return {};
        return fault("make the folder", path, errno);
    }

    base::Result<void> rename(const fs::path& from, const fs::path& to) override {
        if (::rename(from.c_str(), to.c_str()) == 0) return {};
        return fault("give its name to", to, errno);
    }

    base::Result<void> remove_file(const fs::path& path) override {
        if (unlink(path.c_str()) == 0 || errno == ENOENT) return {};
        return fault("remove", path, errno);
    }

    base::Result<void> remove_folder(const fs::path& path) override {
        if (rmdir(path.c_str()) == 0 || errno == ENOENT) return {};
        return fault("remove the folder", path, errno);
    }

    base::Result<std::vector<std::string>> list(const fs::path& folder) override {
        std::error_code reason;
        std::vector<std::string> names;
        fs::directory_iterator entry(folder, reason);
        for (; !reason && entry != fs::directory_iterator(); entry.increment(reason)) {
            names.push_back(entry->path().filename().string());
        }
        if (reason) return fault("list", folder, reason.value());
        return names;
    }

    base::Result<void> sync_folder(const fs::path& folder) override {
        const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!opened.is_open()) return fault("open the folder", folder, errno);
        if (fsync(opened.number()) != 0) return fault("sync the folder", folder, errno);
        return {};
    }
};

}  // namespace

std::unique_ptr<FileSystem> system_files() {
    return std::make_unique<SystemFiles>();
}

}  // namespace blob
