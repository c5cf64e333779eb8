// Files as a whole: read with a limit, written completely or not at all.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "runtime/descriptor.hpp"

namespace runtime {

/// Opens for reading (close-on-exec). Errors: file_not_found, file_unreadable (a directory, no permission, …).
base::Result<Descriptor> open_for_reading(const std::filesystem::path& path);

/// The whole content. Errors: those of open_for_reading, and file_unreadable when it is larger than the limit.
base::Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes);

/// Writes the file whole or not at all: an unnamed temporary file in the same folder, synced, renamed over `path`, the
/// folder synced; a crash at any moment leaves the old content or the new. Makes missing folders. `secret`: nobody but
/// the owner may read it, at any moment. Errors: disk_full, output_failed.
base::Result<void> write_file(const std::filesystem::path& path, std::string_view content, bool secret = false);

/// Whether files can be written into the folder, or into the nearest one above it that is there. Leaves nothing behind.
/// Errors: output_failed, disk_full.
base::Result<void> probe_folder(const std::filesystem::path& folder);
/// Whether write_file(path) can be hoped to work: its folder passes, no name on the way is too long, and `path` is not
/// a folder. Errors: those of probe_folder.
base::Result<void> probe_output(const std::filesystem::path& path);

/// Whether the disk under this folder takes what is to be kept: at least `reserve_bytes` are free, and a small file can
/// be written and synced. Leaves nothing behind. Errors: disk_full, output_failed.
base::Result<void> probe_disk(const std::filesystem::path& folder, std::uint64_t reserve_bytes);

/// Writes the file, readable by its owner alone, unless it is there; gives what is there afterwards. Of several
/// processes at once exactly one writes. Errors: disk_full, output_failed, file_unreadable (larger than 64 KiB).
base::Result<std::string> write_file_once(const std::filesystem::path& path, std::string_view content);

/// Copies everything that can still be read from `source` (a pipe) into an unnamed temporary file, and gives that.
/// Errors: disk_full, output_failed, file_unreadable, cancelled (when *stop becomes true).
base::Result<Descriptor> spool(int source, const std::atomic<bool>* stop);

/// Whether the descriptor can be read at any position (a regular file, not a pipe or a terminal).
bool is_seekable(int descriptor);

/// The folder that holds the running program.
std::filesystem::path program_folder();

}  // namespace runtime
