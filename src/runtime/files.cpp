#include "runtime/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "runtime/environment.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;
using base::fail_errno;
namespace fs = std::filesystem;

constexpr mode_t shared_mode = 0644;
constexpr mode_t private_mode = 0600;

base::Result<void> write_all(int descriptor, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const ssize_t size = ::write(descriptor, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno(ErrorCode::output_failed, "cannot write " + name, errno);
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

// A file in `folder` that has no name yet, so that nothing is left behind whatever happens.
Descriptor open_unnamed(const fs::path& folder, mode_t mode) {
    return Descriptor(open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
}

struct NamedTemporary {
    Descriptor file;
    fs::path path;
};

// What leaves room for more in a name that may have 255 bytes; cut between code points.
std::string shortened(const fs::path& filename) {
    constexpr std::size_t most_bytes = 200;
    const std::string name = filename.string();
    std::size_t end = std::min(name.size(), most_bytes);
    while (end > 0 && end < name.size() && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U)
        --end;
    return name.substr(0, end);
}

// A name beside the target that a reader recognises as ours, free at this moment.
base::Result<NamedTemporary> open_named(const fs::path& target, mode_t mode) {
    std::string name = (target.parent_path() / ("." + shortened(target.filename()) + ".partial-XXXXXX")).string();
    Descriptor file(mkostemp(name.data(), O_CLOEXEC));
    if (!file.is_open()) return fail_errno(ErrorCode::output_failed, "cannot write " + target.string(), errno);
    fchmod(file.number(), mode);
    return NamedTemporary{std::move(file), name};
}

base::Result<void> fill_and_sync(const Descriptor& file, std::string_view content, const fs::path& target) {
    if (auto written = write_all(file.number(), content, target.string()); !written) return written;
    if (fsync(file.number()) != 0) return fail_errno(ErrorCode::output_failed, "cannot sync " + target.string(), errno);
    return {};
}

// Gives the complete file its name. linkat cannot replace, so the name beside the target lives for one rename.
base::Result<void> publish(const fs::path& temporary, const fs::path& target) {
    if (rename(temporary.c_str(), target.c_str()) == 0) return {};
    const int reason = errno;
    unlink(temporary.c_str());
    return fail_errno(ErrorCode::output_failed, "cannot write " + target.string(), reason);
}

base::Result<void> write_through_unnamed(const Descriptor& file, const fs::path& target, std::string_view content) {
    if (auto filled = fill_and_sync(file, content, target); !filled) return filled;
    auto placeholder = open_named(target, private_mode);
    if (!placeholder) return std::unexpected(placeholder.error());
    unlink(placeholder->path.c_str());
    const std::string self = "/proc/self/fd/" + std::to_string(file.number());
    if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, placeholder->path.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        return fail_errno(ErrorCode::output_failed, "cannot write " + target.string(), errno);
    }
    return publish(placeholder->path, target);
}

base::Result<void> write_through_named(const fs::path& target, std::string_view content, mode_t mode) {
    auto temporary = open_named(target, mode);
    if (!temporary) return std::unexpected(temporary.error());
    if (auto filled = fill_and_sync(temporary->file, content, target); !filled) {
        unlink(temporary->path.c_str());
        return filled;
    }
    return publish(temporary->path, target);
}

// Best effort: some file systems cannot sync a folder.
void sync_folder(const fs::path& folder) {
    const Descriptor directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.is_open()) fsync(directory.number());
}

std::unexpected<base::Error> cannot_write(const fs::path& path, int reason) {
    return fail_errno(ErrorCode::output_failed, "cannot write " + path.string(), reason);
}

base::Result<fs::path> nearest_existing(const fs::path& folder) {
    std::error_code fault;
    fs::path there = fs::absolute(folder, fault).lexically_normal();
    if (fault) return cannot_write(folder, fault.value());
    struct stat status{};
    while (stat(there.c_str(), &status) != 0 && (errno == ENOENT || errno == ENAMETOOLONG) && there.has_relative_path())
        there = there.parent_path();
    return there;
}

// A file that goes when it is closed.
base::Result<Descriptor> open_temporary(const fs::path& folder) {
    Descriptor file = open_unnamed(folder, private_mode);
    if (file.is_open()) return file;
    std::string name = (folder / ".partial-XXXXXX").string();  // not every file system has unnamed files
    file = Descriptor(mkostemp(name.data(), O_CLOEXEC));
    if (!file.is_open()) return fail_errno(ErrorCode::output_failed, "cannot write into " + folder.string(), errno);
    unlink(name.c_str());
    return file;
}

// As the file system tells it: it may change, and is 0 for what has none (/proc).
std::size_t size_of(const Descriptor& file) {
    struct stat status{};
    return fstat(file.number(), &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

// Every part of the path against what the file system of `there` takes.
base::Result<void> check_names(const fs::path& path, const fs::path& there) {
    const long longest = pathconf(there.c_str(), _PC_NAME_MAX);
    for (const fs::path& part : path) {
        if (longest > 0 && part.string().size() > static_cast<std::size_t>(longest))
            return cannot_write(path, ENAMETOOLONG);
    }
    return {};
}

}  // namespace

base::Result<Descriptor> open_for_reading(const fs::path& path) {
    // O_NONBLOCK: opening a named pipe that nobody writes to must not wait for ever; regular files ignore it.
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open()) {
        const auto code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::file_not_found : ErrorCode::file_unreadable;
        return fail_errno(code, "cannot open " + path.string(), errno);
    }
    struct stat status{};
    if (fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return fail(ErrorCode::file_unreadable, path.string() + " is not a regular file; pipe it in with - instead");
    }
    return file;
}

base::Result<std::string> read_file(const fs::path& path, std::size_t limit_bytes) {
    auto file = open_for_reading(path);
    if (!file) return std::unexpected(file.error());
    std::string content;
    content.reserve(std::min(size_of(*file), limit_bytes));  // a model's weights would be copied at each growth
    std::array<char, 65536> buffer{};
    while (true) {
        const ssize_t size = ::read(file->number(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno(ErrorCode::file_unreadable, "cannot read " + path.string(), errno);
        if (size == 0) return content;
        content.append(buffer.data(), static_cast<std::size_t>(size));
        if (content.size() > limit_bytes) {
            return fail(ErrorCode::file_unreadable,
                        path.string() + " is larger than " + std::to_string(limit_bytes) + " bytes");
        }
    }
}

base::Result<void> write_file(const fs::path& path, std::string_view content, bool secret) {
    const mode_t mode = secret ? private_mode : shared_mode;
    const fs::path target = path.has_parent_path() ? path : fs::path(".") / path;
    const fs::path folder = target.parent_path();
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault) return fail_errno(ErrorCode::output_failed, "cannot make the folder " + folder.string(), fault.value());

    // Not every file system has unnamed files (NFS, some overlays); there, the temporary has a name all the while.
    const Descriptor unnamed = open_unnamed(folder, mode);
    auto written = unnamed.is_open() ? write_through_unnamed(unnamed, target, content)
                                     : write_through_named(target, content, mode);
    if (!written) return written;
    sync_folder(folder);
    return {};
}

base::Result<std::string> write_file_once(const fs::path& path, std::string_view content) {
    constexpr std::size_t limit_bytes = 65536;
    if (fs::exists(path)) return read_file(path, limit_bytes);
    std::string name = path.string() + ".partial-XXXXXX";
    const Descriptor file(mkostemp(name.data(), O_CLOEXEC));  // mode 0600
    if (!file.is_open()) return fail_errno(ErrorCode::output_failed, "cannot write " + path.string(), errno);
    const auto filled = fill_and_sync(file, content, path);
    const bool named = filled && link(name.c_str(), path.c_str()) == 0;
    const int reason = errno;
    unlink(name.c_str());
    if (!filled) return std::unexpected(filled.error());
    if (!named && reason != EEXIST)
        return fail_errno(ErrorCode::output_failed, "cannot write " + path.string(), reason);
    sync_folder(path.parent_path());
    return read_file(path, limit_bytes);
}

base::Result<void> probe_folder(const fs::path& folder) {
    const auto there = nearest_existing(folder);
    if (!there) return std::unexpected(there.error());
    if (const auto taken = open_temporary(*there); !taken) return std::unexpected(taken.error());
    return check_names(folder, *there);
}

base::Result<void> probe_output(const fs::path& path) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (auto probed = probe_folder(folder); !probed) return probed;
    struct stat status{};
    const bool is_there = stat(path.c_str(), &status) == 0;
    if (is_there && S_ISDIR(status.st_mode)) return cannot_write(path, EISDIR);
    return is_there ? base::Result<void>() : check_names(path, nearest_existing(folder).value_or("."));
}

base::Result<void> probe_disk(const fs::path& folder, std::uint64_t reserve_bytes) {
    struct statvfs disk{};
    if (statvfs(folder.c_str(), &disk) != 0)
        return fail_errno(ErrorCode::output_failed, "cannot look at " + folder.string(), errno);
    if (std::uint64_t{disk.f_bavail} * disk.f_frsize < reserve_bytes)
        return fail(ErrorCode::disk_full,
                    "fewer than " + std::to_string(reserve_bytes) + " bytes are free under " + folder.string());
    const auto file = open_temporary(folder);
    if (!file) return std::unexpected(file.error());
    const std::string block(4096, '\0');
    if (auto written = write_all(file->number(), block, folder.string()); !written) return written;
    if (fsync(file->number()) != 0)
        return fail_errno(ErrorCode::output_failed, "cannot sync a file in " + folder.string(), errno);
    return {};
}

base::Result<Descriptor> spool(int source, const std::atomic<bool>* stop) {
    constexpr int longest_wait_ms = 200;
    const fs::path folder = environment("TMPDIR").value_or("/tmp");
    auto opened = open_temporary(folder);
    if (!opened) return opened;
    std::vector<char> buffer(std::size_t{1} << 20U);
    while (true) {
        if (stop != nullptr && stop->load())
            return fail(ErrorCode::cancelled, "cancelled while reading standard input");
        pollfd ready{source, POLLIN, 0};
        if (poll(&ready, 1, longest_wait_ms) == 0) continue;  // an idle pipe: look at the flag again
        const ssize_t size = ::read(source, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail_errno(ErrorCode::file_unreadable, "cannot read standard input", errno);
        if (size == 0) return opened;
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
        if (auto written = write_all(opened->number(), bytes, "a temporary file in " + folder.string()); !written) {
            return std::unexpected(written.error());
        }
    }
}

bool is_seekable(int descriptor) {
    struct stat status{};
    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

fs::path program_folder() {
    std::error_code fault;
    const fs::path self = fs::read_symlink("/proc/self/exe", fault);
    return fault ? fs::path(".") : self.parent_path();
}

}  // namespace runtime
