// What the folder adapter needs of a file system, as a port: the real one, and in tests one that forgets at a crash
// whatever was not synced. Names are durable when their folder was synced, bytes when their file was (POSIX promises no
// more). Any thread; a File belongs to one thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "runtime/descriptor.hpp"

namespace blob {

/// Tells two files apart whatever their names: device and inode.
using FileId = std::pair<std::uint64_t, std::uint64_t>;

class File {
  public:
    virtual ~File() = default;
    [[nodiscard]] virtual FileId id() const = 0;
    virtual base::Result<std::uint64_t> size() = 0;
    /// Fewer bytes than the buffer holds only at the end of the file.
    virtual base::Result<std::size_t> read_at(std::uint64_t offset_bytes, std::span<std::byte> buffer) = 0;
    virtual base::Result<void> write_at(std::uint64_t offset_bytes, std::span<const std::byte> bytes) = 0;
    virtual base::Result<void> truncate(std::uint64_t size_bytes) = 0;
    /// Gives the room of a range back; its bytes read as zeros. As far as the file system can.
    virtual void discard(std::uint64_t offset_bytes, std::uint64_t size_bytes) = 0;
    virtual base::Result<void> sync() = 0;
    /// An exclusive lock of a range against every other open File, of any process, until this one closes; 0 bytes mean
    /// to the end. False when another has it.
    virtual base::Result<bool> try_lock(std::uint64_t offset_bytes, std::uint64_t size_bytes) = 0;
    /// The same file once more, read-only, at position 0.
    virtual base::Result<runtime::Descriptor> read_only() = 0;
};

enum class Open : std::uint8_t { read, write, create };  // write: also reads; create: writes, and must not be there

class FileSystem {
  public:
    virtual ~FileSystem() = default;
    /// Errors: blob_not_found, blob_exists.
    virtual base::Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Open mode) = 0;
    /// A file without a name in this folder, which goes when it is closed.
    virtual base::Result<std::unique_ptr<File>> unnamed(const std::filesystem::path& folder) = 0;
    /// Errors: blob_not_found.
    virtual base::Result<FileId> identify(const std::filesystem::path& path) = 0;
    /// Makes one folder; success when it is there.
    virtual base::Result<void> make_folder(const std::filesystem::path& path) = 0;
    /// Gives a folder another name, at once. Errors: blob_not_found; blob_exists when a folder that is not empty has
    /// it.
    virtual base::Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;
    /// Absent is success.
    virtual base::Result<void> remove_file(const std::filesystem::path& path) = 0;
    /// An empty folder; absent is success.
    virtual base::Result<void> remove_folder(const std::filesystem::path& path) = 0;
    /// Names in no order. Errors: blob_not_found.
    virtual base::Result<std::vector<std::string>> list(const std::filesystem::path& folder) = 0;
    virtual base::Result<void> sync_folder(const std::filesystem::path& folder) = 0;
};

/// The machine's own.
std::unique_ptr<FileSystem> system_files();

}  // namespace blob
