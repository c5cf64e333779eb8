// Where things lie in a folder, derived from tenant, key and upload id so that no text from outside can leave the
// folder.
//
//   ROOT/TENANT/blobs/KEY/data         the content, contiguous, so that a decoder can read it in place
//   ROOT/TENANT/blobs/KEY/index        the description and the chunk hashes (records.hpp)
//   ROOT/TENANT/uploads/ID/            the same folder before it gets its name: data, upload, part-00001, …
//   ROOT/TENANT/trash/ID/              the same folder after its name was taken away, until its files are gone
// Pure; any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace blob {

/// Errors: invalid_argument, with the rule that is broken.
base::Result<void> check_tenant(std::string_view tenant);
base::Result<void> check_key(std::string_view key);

/// The name of a key's folder, one name for one key ('/' becomes '+'), and back; none for what is not such a name.
std::string folder_name(std::string_view key);
std::optional<std::string> key_of_folder(std::string_view name);

/// An id that nobody has: the time in milliseconds, so that a sweeper knows its age, and 80 random bits.
std::string make_id(std::int64_t utc_ms, std::span<const std::byte, 10> random);
/// When the id was made; none for what is not an id.
std::optional<std::int64_t> time_of_id(std::string_view id);

/// The name of a part's record, and back.
std::string part_name(std::uint32_t number);
std::optional<std::uint32_t> number_of_part(std::string_view name);

struct TenantFolders {
    std::filesystem::path tenant, blobs, uploads, trash;
};
TenantFolders tenant_folders(const std::filesystem::path& root, std::string_view tenant);

}  // namespace blob
