// The embedded adapter: blobs in a folder that any number of processes share. See layout.hpp for what lies where.
//
// A blob's folder is filled under a name of its own, every file synced, then renamed to the name of its key and the
// folder of names synced: it is visible whole or not at all, and a crash leaves only what sweep() removes. The content
// lies in one contiguous file, its hashes in another, so that the sandboxed decoder reads the very file that was
// checked: no copy of gigabytes for every run, and what the check has read is what the decoder finds in the page cache.
#pragma once
#include <filesystem>
#include <memory>

#include "blob/blobs.hpp"

namespace blob {

class FileSystem;

/// Makes the folder when it is missing. Errors: invalid_argument, blob_failed.
base::Result<std::unique_ptr<Blobs>> open_folder_blobs(const std::filesystem::path& folder,
                                                       const Surroundings& surroundings);

/// The same on another file system, which outlives it; the folder is there.
std::unique_ptr<Blobs> open_folder_blobs(const std::filesystem::path& folder, const Surroundings& surroundings,
                                         FileSystem& files);

}  // namespace blob
