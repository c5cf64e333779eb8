#include "blob/folder_files.hpp"

#include <tuple>

namespace blob {

using base::ErrorCode;
using base::fail;
namespace fs = std::filesystem;

base::Result<Bytes> read_file(FileSystem& files, const fs::path& path) {
    auto file = files.open(path, Open::read);
    if (!file) return std::unexpected(file.error());
    const auto size = (*file)->size();
    if (!size) return std::unexpected(size.error());
    if (*size > largest_record_bytes)
        return fail(ErrorCode::blob_corrupt, path.string() + " is too large to be a record");
    Bytes bytes(*size);
    const auto got = (*file)->read_at(0, bytes);
    if (!got) return std::unexpected(got.error());
    bytes.resize(*got);
    return bytes;
}

base::Result<void> write_file(FileSystem& files, const fs::path& path, std::span<const std::byte> bytes) {
    auto file = files.open(path, Open::create);
    if (!file) return std::unexpected(file.error());
    auto done = in_order([&] { return (*file)->write_at(0, bytes); }, [&] { return (*file)->sync(); });
    if (!done) std::ignore = files.remove_file(path);  // what stays is swept; the first fault is the one to tell
    return done;
}

base::Result<void> remove_tree(FileSystem& files, const fs::path& folder) {
    const auto names = files.list(folder);
    if (!names && names.error().code == ErrorCode::blob_not_found) return {};
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
        if (auto removed = files.remove_file(folder / name); !removed) return removed;
    }
    return files.remove_folder(folder);
}

std::string fresh_id(const Surroundings& surroundings) {
    std::array<std::byte, 10> random{};
    surroundings.random.fill(random);
    return make_id(ms_of(surroundings.clock.utc_now()), random);
}

base::Result<IndexRecord> read_index(const TenantPlace& place, std::string_view key) {
    const fs::path folder = place.folders.blobs / folder_name(key);
    const auto bytes = read_file(place.files, folder / index_name);
    if (!bytes && bytes.error().code != ErrorCode::blob_not_found) return std::unexpected(bytes.error());
    if (!bytes && !place.files.identify(folder)) return no_such_blob(key);
    auto index = bytes ? decode_index(*bytes) : std::nullopt;
    if (!index || index->key != key) {
        return fail(ErrorCode::blob_corrupt, "the description of blob " + std::string(key) + " is damaged; restore it");
    }
    return std::move(*index);
}

base::Result<ChunkCheck> seal_chunk(const TenantPlace& place, const base::SealedName& name,
                                    std::span<std::byte> bytes) {
    ChunkCheck check;
    if (!name.key_id.empty()) {
        const auto seal = place.surroundings.vault->seal(name, bytes);
        if (!seal) return std::unexpected(seal.error());
        check.seal = *seal;
    }
    check.hash = digest(bytes);
    return check;
}

base::Result<void> open_chunk(const TenantPlace& place, const base::SealedName& name, std::span<std::byte> bytes,
                              const ChunkCheck& check) {
    if (digest(bytes) != check.hash) {
        return fail(ErrorCode::blob_corrupt, "chunk " + std::to_string(name.number) + " of blob " +
                                                 std::string(name.place) + " is damaged; restore it");
    }
    if (name.key_id.empty()) return {};
    return place.surroundings.vault->open(name, bytes, check.seal);
}

std::unexpected<base::Error> no_such_blob(std::string_view key) {
    return fail(ErrorCode::blob_not_found, "there is no blob " + std::string(key));
}

}  // namespace blob
