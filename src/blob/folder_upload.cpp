#include "blob/folder_upload.hpp"

#include <algorithm>
#include <tuple>

namespace blob {

using base::ErrorCode;
using base::fail;
namespace fs = std::filesystem;

namespace {

// Sources give what they have; a chunk ends only where the part or the content does.
base::Result<std::size_t> fill(std::span<std::byte> buffer, const Source& source) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        const auto got = source(buffer.subspan(filled));
        if (!got) return got;
        if (*got == 0) break;
        filled += std::min(*got, buffer.size() - filled);
    }
    return filled;
}

base::Result<void> lay_upload(const TenantPlace& place, const fs::path& folder, const UploadRecord& record) {
    return in_order([&] { return place.files.make_folder(folder); },
                    [&] { return write_file(place.files, folder / upload_name, encode(record)); },
                    [&] { return write_file(place.files, folder / data_name, {}); },
                    [&] { return place.files.sync_folder(folder); },
                    [&] { return place.files.sync_folder(place.folders.uploads); });
}

std::unexpected<base::Error> missing_part(std::string_view key, std::size_t number) {
    return fail(ErrorCode::blob_incomplete, "part " + std::to_string(number) + " of the upload of " + std::string(key) +
                                                " is missing or too short; put it again");
}

}  // namespace

base::Result<void> publish_folder(const TenantPlace& place, const fs::path& folder, std::string_view key) {
    return in_order([&] { return place.files.sync_folder(folder); },
                    [&] { return place.files.rename(folder, place.folders.blobs / folder_name(key)); },
                    [&] { return place.files.sync_folder(place.folders.blobs); });
}

FolderUpload::FolderUpload(TenantPlace place, std::string id, UploadRecord record)
    : place_(std::move(place)), id_(std::move(id)), record_(std::move(record)), folder_(place_.folders.uploads / id_) {}

base::Result<std::unique_ptr<FolderUpload>> FolderUpload::begin(const TenantPlace& place, UploadRecord record) {
    const std::string id = fresh_id(place.surroundings);
    const fs::path folder = place.folders.uploads / id;
    if (auto laid = lay_upload(place, folder, record); !laid) {
        std::ignore = remove_tree(place.files, folder);
        return std::unexpected(laid.error());
    }
    return std::unique_ptr<FolderUpload>(new FolderUpload(place, id, std::move(record)));
}

base::Result<std::unique_ptr<FolderUpload>> FolderUpload::resume(const TenantPlace& place, std::string_view key,
                                                                 std::string_view upload_id) {
    if (!time_of_id(upload_id)) return fail(ErrorCode::blob_not_found, "this is not the id of an upload");
    const auto bytes = read_file(place.files, place.folders.uploads / upload_id / upload_name);
    if (!bytes && bytes.error().code != ErrorCode::blob_not_found) return std::unexpected(bytes.error());
    const auto record = bytes ? decode_upload(*bytes) : std::nullopt;
    UploadRecord stub;
    stub.key = key;
    std::unique_ptr<FolderUpload> upload(new FolderUpload(place, std::string(upload_id), record.value_or(stub)));
    if (record && upload->record_.key == key) return upload;
    if (!record && upload->completed()) return upload;
    return fail(ErrorCode::blob_not_found, "there is no upload of that id for " + std::string(key));
}

base::Result<Part> FolderUpload::part(std::uint32_t number, const Source& source) {
    if (number < 1 || number > most_parts) {
        return fail(ErrorCode::invalid_argument, "parts are numbered from 1 to " + std::to_string(most_parts));
    }
    const std::uint64_t offset_bytes = (number - 1) * record_.part_size_bytes;
    auto data = lock(offset_bytes, record_.part_size_bytes);
    if (!data) return std::unexpected(data.error());
    const auto stored = store_part(**data, number, source);
    if (stored) return Part{number, stored->size_bytes};
    (*data)->discard(offset_bytes, record_.part_size_bytes);
    return std::unexpected(stored.error());
}

// The lock is taken on the file before anything of it is changed, and the file is then looked up again by its name: a
// writer that was stopped for long must not touch a blob that another process has completed meanwhile.
base::Result<std::unique_ptr<File>> FolderUpload::lock(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
    auto data = place_.files.open(folder_ / data_name, Open::write);
    if (!data && data.error().code == ErrorCode::blob_not_found) return gone();
    if (!data) return data;
    const auto locked = (*data)->try_lock(offset_bytes, size_bytes);
    if (!locked) return std::unexpected(locked.error());
    if (!*locked) {
        return fail(ErrorCode::blob_busy, "another process writes to this upload of " + record_.key + "; try again");
    }
    const auto named = place_.files.identify(folder_ / data_name);
    if (!named || *named != (*data)->id()) return gone();
    return data;
}

// Bytes that are there already are not written again: whoever was stopped for long and puts them late must not endanger
// what the writer after it was told is durable.
base::Result<PartRecord> FolderUpload::store_part(File& data, std::uint32_t number, const Source& source) {
    auto before = record_of(number);
    // An earlier record of this part must be gone for good before the bytes under it change.
    if (auto forgotten = before ? base::Result<void>() : forget_part(number); !forgotten)
        return std::unexpected(forgotten.error());
    PartRecord record{number, 0, ms_of(place_.surroundings.clock.utc_now()), {}};
    const auto stored = store_chunks(data, record, before, source);
    if (stored && before && before->chunks == record.chunks && before->size_bytes == record.size_bytes) return *before;
    if (auto forgotten = before ? forget_part(number) : base::Result<void>(); !forgotten)
        return std::unexpected(forgotten.error());
    if (!stored) return std::unexpected(stored.error());
    if (record.size_bytes == 0) return record;
    const auto durable = in_order([&] { return data.sync(); },
                                  [&] { return write_file(place_.files, folder_ / part_name(number), encode(record)); },
                                  [&] { return place_.files.sync_folder(folder_); });
    if (!durable) return std::unexpected(durable.error());
    return record;
}

base::Result<void> FolderUpload::store_chunks(File& data, PartRecord& record, std::optional<PartRecord>& before,
                                              const Source& source) {
    Bytes buffer(chunk_size_bytes);
    while (record.size_bytes < record_.part_size_bytes) {
        const auto size = fill(buffer, source);
        if (!size) return std::unexpected(size.error());
        if (*size == 0) return {};
        if (auto stored = store_chunk(data, record, before, std::span(buffer).first(*size)); !stored) return stored;
        if (*size < buffer.size()) return {};
    }
    return {};
}

// The record before is forgotten with the first chunk that differs.
base::Result<void> FolderUpload::store_chunk(File& data, PartRecord& record, std::optional<PartRecord>& before,
                                             std::span<std::byte> bytes) {
    const std::uint64_t offset_bytes = (record.number - 1) * record_.part_size_bytes + record.size_bytes;
    const base::SealedName name{place_.tenant, record_.key, record_.key_id, offset_bytes / chunk_size_bytes};
    const auto check = seal_chunk(place_, name, bytes);
    if (!check) return std::unexpected(check.error());
    const std::size_t at = record.chunks.size();
    if (before && (at >= before->chunks.size() || before->chunks[at] != *check)) {
        if (auto forgotten = forget_part(record.number); !forgotten) return forgotten;
        before.reset();
    }
    if (!before) {
        if (auto written = data.write_at(offset_bytes, bytes); !written) return written;
    }
    record.chunks.push_back(*check);
    record.size_bytes += bytes.size();
    return {};
}

// None when it is torn, too.
std::optional<PartRecord> FolderUpload::record_of(std::uint32_t number) {
    const auto bytes = read_file(place_.files, folder_ / part_name(number));
    auto record = bytes ? decode_part(*bytes) : std::nullopt;
    return record && record->number == number ? record : std::nullopt;
}

base::Result<void> FolderUpload::forget_part(std::uint32_t number) {
    const fs::path path = folder_ / part_name(number);
    if (!place_.files.identify(path)) return {};
    return in_order([&] { return place_.files.remove_file(path); }, [&] { return place_.files.sync_folder(folder_); });
}

// A record that is torn (a crash while it was written) is no part.
base::Result<std::vector<PartRecord>> FolderUpload::records() {
    const auto names = place_.files.list(folder_);
    if (!names && names.error().code == ErrorCode::blob_not_found) return gone();
    if (!names) return std::unexpected(names.error());
    std::vector<PartRecord> found;
    for (const std::string& name : *names) {
        const auto number = number_of_part(name);
        if (!number) continue;
        const auto bytes = read_file(place_.files, folder_ / name);
        if (!bytes && bytes.error().code == ErrorCode::blob_not_found) continue;
        if (!bytes) return std::unexpected(bytes.error());
        auto record = decode_part(*bytes);
        if (record && record->number == *number) found.push_back(std::move(*record));
    }
    std::ranges::sort(found, {}, &PartRecord::number);
    return found;
}

base::Result<std::vector<Part>> FolderUpload::parts() {
    const auto found = records();
    if (!found) return std::unexpected(found.error());
    std::vector<Part> parts;
    for (const PartRecord& record : *found)
        parts.push_back({record.number, record.size_bytes});
    return parts;
}

base::Result<IndexRecord> FolderUpload::assemble() {
    auto found = records();
    if (!found) return std::unexpected(found.error());
    IndexRecord index{record_.key, record_.key_id, id_, record_.attributes, record_.created_ms, 0, {}};
    for (std::size_t at = 0; at < found->size(); ++at) {
        const PartRecord& part = (*found)[at];
        if (part.number != at + 1) return missing_part(record_.key, at + 1);
        const bool last = at + 1 == found->size();
        if (!last && part.size_bytes != record_.part_size_bytes) return missing_part(record_.key, at + 1);
        index.size_bytes += part.size_bytes;
        index.chunks.insert(index.chunks.end(), part.chunks.begin(), part.chunks.end());
    }
    return index;
}

base::Result<Info> FolderUpload::complete() {
    if (const auto before = completed(); before) {
        // Whoever completed it may have died between giving the name and making it durable.
        if (auto synced = place_.files.sync_folder(place_.folders.blobs); !synced)
            return std::unexpected(synced.error());
        return describe(*before);
    }
    const auto data = lock(0, 0);
    if (!data) return std::unexpected(data.error());
    const auto index = assemble();
    if (!index) return std::unexpected(index.error());
    return publish(**data, *index);
}

base::Result<Info> FolderUpload::publish(File& data, const IndexRecord& index) {
    // Beyond the last part may lie bytes of a part that was never recorded; before the name, a torn index of a crash.
    const auto visible = in_order([&] { return data.truncate(index.size_bytes); }, [&] { return data.sync(); },
                                  [&] { return place_.files.remove_file(folder_ / index_name); },
                                  [&] { return write_file(place_.files, folder_ / index_name, encode(index)); },
                                  [&] { return publish_folder(place_, folder_, record_.key); });
    if (!visible) return std::unexpected(visible.error());
    // The index says it all now; what cannot be removed does no harm.
    const fs::path named = place_.folders.blobs / folder_name(record_.key);
    const auto names = place_.files.list(named);
    for (const std::string& name : names.value_or(std::vector<std::string>())) {
        if (name == upload_name || number_of_part(name)) std::ignore = place_.files.remove_file(named / name);
    }
    return describe(index);
}

base::Result<IndexRecord> FolderUpload::completed() {
    auto index = read_index(place_, record_.key);
    if (index && index->upload_id != id_) return no_such_blob(record_.key);
    return index;
}

std::unexpected<base::Error> FolderUpload::gone() {
    if (completed()) return fail(ErrorCode::blob_exists, "the upload of " + record_.key + " was completed already");
    return fail(ErrorCode::blob_not_found, "the upload of " + record_.key + " was aborted; begin another");
}

base::Result<void> FolderUpload::abort() {
    const auto data = lock(0, 0);
    if (!data && data.error().code == ErrorCode::blob_not_found) return remove_tree(place_.files, folder_);
    if (!data) return std::unexpected(data.error());
    const fs::path away = place_.folders.trash / fresh_id(place_.surroundings);
    return in_order([&] { return place_.files.rename(folder_, away); },
                    [&] { return place_.files.sync_folder(place_.folders.uploads); },
                    [&] { return remove_tree(place_.files, away); });
}

base::Result<Time> FolderUpload::last_written() {
    const auto found = records();
    if (!found) return std::unexpected(found.error());
    std::int64_t latest_ms = record_.created_ms;
    for (const PartRecord& record : *found)
        latest_ms = std::max(latest_ms, record.written_ms);
    return time_of(latest_ms);
}

}  // namespace blob
