// What the folder adapter's upload, reader and handle share: records on disk, sealed chunks, trees of files.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/vault.hpp"
#include "blob/blobs.hpp"
#include "blob/file_system.hpp"
#include "blob/layout.hpp"
#include "blob/records.hpp"

namespace blob {

inline constexpr const char* data_name = "data";
inline constexpr const char* index_name = "index";
inline constexpr const char* upload_name = "upload";

/// What one tenant's handle, and what it opens, work with. The references outlive it.
struct TenantPlace {
    std::string tenant;
    TenantFolders folders;
    FileSystem& files;
    const Surroundings& surroundings;
};

/// Runs steps until one fails, and gives that fault.
template <class... Steps>
base::Result<void> in_order(Steps&&... steps) {
    base::Result<void> done;
    (void)((done = steps(), done.has_value()) && ...);
    return done;
}

/// The whole of a small file. Errors: blob_not_found; blob_corrupt when it is larger than any record.
base::Result<Bytes> read_file(FileSystem& files, const std::filesystem::path& path);

/// A new file with these bytes, synced; nothing stays of it when it fails. Its name is durable once its folder is
/// synced.
base::Result<void> write_file(FileSystem& files, const std::filesystem::path& path, std::span<const std::byte> bytes);

/// A folder of files, gone. Whoever else removes it at the same time does not disturb.
base::Result<void> remove_tree(FileSystem& files, const std::filesystem::path& folder);

/// An id that no upload and no rubbish has.
std::string fresh_id(const Surroundings& surroundings);

/// The index of a visible blob. Errors: blob_not_found; blob_corrupt.
base::Result<IndexRecord> read_index(const TenantPlace& place, std::string_view key);

/// Seals the bytes in place if there is a vault, and says what they must be when they are read.
base::Result<ChunkCheck> seal_chunk(const TenantPlace& place, const base::SealedName& name, std::span<std::byte> bytes);

/// Checks the bytes and turns them back into plain ones, in place. Errors: blob_corrupt.
base::Result<void> open_chunk(const TenantPlace& place, const base::SealedName& name, std::span<std::byte> bytes,
                              const ChunkCheck& check);

std::unexpected<base::Error> no_such_blob(std::string_view key);

}  // namespace blob
