#include "blob/folder_blobs.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <tuple>

#include "blob/folder_files.hpp"
#include "blob/folder_reader.hpp"
#include "blob/folder_upload.hpp"

namespace blob {
namespace {

using base::ErrorCode;
using base::fail;
namespace fs = std::filesystem;

constexpr std::size_t most_attribute_bytes = 8192;

base::Result<void> check_attributes(const Attributes& attributes) {
    std::size_t size = 0;
    for (const auto& [name, value] : attributes)
        size += name.size() + value.size();
    if (size <= most_attribute_bytes) return {};
    return fail(ErrorCode::invalid_argument,
                "a blob's attributes take at most " + std::to_string(most_attribute_bytes) + " bytes");
}

base::Result<void> check_part_size(std::uint64_t part_size_bytes) {
    if (part_size_bytes % chunk_size_bytes == 0 && part_size_bytes >= smallest_part_bytes &&
        part_size_bytes <= largest_part_bytes) {
        return {};
    }
    return fail(ErrorCode::invalid_argument, "parts are of 5 MiB to 1 GiB, in whole MiB");
}

class FolderTenant final : public TenantBlobs {
  public:
    explicit FolderTenant(TenantPlace place) : place_(std::move(place)) {}

    base::Result<std::unique_ptr<Upload>> begin(std::string_view key, const Attributes& attributes,
                                                std::uint64_t part_size_bytes) override;
    base::Result<std::unique_ptr<Upload>> resume(std::string_view key, std::string_view upload_id) override;
    base::Result<Info> put(std::string_view key, const Attributes& attributes,
                           std::span<const std::byte> bytes) override;
    base::Result<Info> stat(std::string_view key) override;
    base::Result<std::unique_ptr<Reader>> open(std::string_view key, Range range) override;
    base::Result<runtime::Descriptor> open_seekable(std::string_view key) override;
    base::Result<void> remove(std::string_view key) override;
    base::Result<Page> list(const ListQuery& query) override;

  private:
    base::Result<UploadRecord> prepare(std::string_view key, const Attributes& attributes,
                                       std::uint64_t part_size_bytes);
    base::Result<IndexRecord> lay_small(const fs::path& folder, IndexRecord index, std::span<const std::byte> bytes);
    base::Result<std::vector<std::string>> keys(const ListQuery& query);
    base::Result<Listed> look(const std::string& key);

    TenantPlace place_;
};

base::Result<UploadRecord> FolderTenant::prepare(std::string_view key, const Attributes& attributes,
                                                 std::uint64_t part_size_bytes) {
    if (auto good = check_key(key); !good) return std::unexpected(good.error());
    if (auto good = check_attributes(attributes); !good) return std::unexpected(good.error());
    if (place_.files.identify(place_.folders.blobs / folder_name(key))) {
        return fail(ErrorCode::blob_exists, "there is a blob " + std::string(key) + " already; use a fresh key");
    }
    std::string key_id;
    if (base::Vault* vault = place_.surroundings.vault; vault != nullptr) {
        auto current = vault->current_key_id(place_.tenant);
        if (!current) return std::unexpected(current.error());
        key_id = std::move(*current);
    }
    return UploadRecord{std::string(key), key_id, attributes, ms_of(place_.surroundings.clock.utc_now()),
                        part_size_bytes};
}

base::Result<std::unique_ptr<Upload>> FolderTenant::begin(std::string_view key, const Attributes& attributes,
                                                          std::uint64_t part_size_bytes) {
    if (auto good = check_part_size(part_size_bytes); !good) return std::unexpected(good.error());
    auto record = prepare(key, attributes, part_size_bytes);
    if (!record) return std::unexpected(record.error());
    return FolderUpload::begin(place_, std::move(*record));
}

base::Result<std::unique_ptr<Upload>> FolderTenant::resume(std::string_view key, std::string_view upload_id) {
    if (auto good = check_key(key); !good) return std::unexpected(good.error());
    return FolderUpload::resume(place_, key, upload_id);
}

base::Result<Info> FolderTenant::put(std::string_view key, const Attributes& attributes,
                                     std::span<const std::byte> bytes) {
    if (bytes.size() > usual_part_bytes) {
        return fail(ErrorCode::invalid_argument, "a blob of more than 8 MiB is put in parts; begin an upload");
    }
    auto record = prepare(key, attributes, usual_part_bytes);
    if (!record) return std::unexpected(record.error());
    const std::string id = fresh_id(place_.surroundings);
    const fs::path folder = place_.folders.uploads / id;
    const auto index = lay_small(
        folder, {record->key, record->key_id, id, record->attributes, record->created_ms, bytes.size(), {}}, bytes);
    const auto visible = index ? publish_folder(place_, folder, key) : std::unexpected(index.error());
    if (visible) return describe(*index);
    std::ignore = remove_tree(place_.files, folder);
    return std::unexpected(visible.error());
}

base::Result<IndexRecord> FolderTenant::lay_small(const fs::path& folder, IndexRecord index,
                                                  std::span<const std::byte> bytes) {
    Bytes stored(bytes.begin(), bytes.end());
    for (std::size_t begin = 0; begin < stored.size(); begin += chunk_size_bytes) {
        const auto chunk = std::span(stored).subspan(begin, std::min(chunk_size_bytes, stored.size() - begin));
        const auto check =
            seal_chunk(place_, {place_.tenant, index.key, index.key_id, begin / chunk_size_bytes}, chunk);
        if (!check) return std::unexpected(check.error());
        index.chunks.push_back(*check);
    }
    const auto laid = in_order([&] { return place_.files.make_folder(folder); },
                               [&] { return write_file(place_.files, folder / data_name, stored); },
                               [&] { return write_file(place_.files, folder / index_name, encode(index)); });
    if (!laid) return std::unexpected(laid.error());
    return index;
}

base::Result<Info> FolderTenant::stat(std::string_view key) {
    if (auto good = check_key(key); !good) return std::unexpected(good.error());
    const auto index = read_index(place_, key);
    if (!index) return std::unexpected(index.error());
    return describe(*index);
}

base::Result<std::unique_ptr<Reader>> FolderTenant::open(std::string_view key, Range range) {
    if (auto good = check_key(key); !good) return std::unexpected(good.error());
    return FolderReader::open(place_, key, range);
}

base::Result<runtime::Descriptor> FolderTenant::open_seekable(std::string_view key) {
    if (auto good = check_key(key); !good) return std::unexpected(good.error());
    const auto reader = FolderReader::open(place_, key, {});
    if (!reader) return std::unexpected(reader.error());
    return (*reader)->into_descriptor();
}

// The name goes first, at once, so that nobody meets half a blob.
base::Result<void> FolderTenant::remove(std::string_view key) {
    if (auto good = check_key(key); !good) return good;
    const fs::path away = place_.folders.trash / fresh_id(place_.surroundings);
    const auto renamed = place_.files.rename(place_.folders.blobs / folder_name(key), away);
    if (!renamed && renamed.error().code != ErrorCode::blob_not_found) return renamed;
    return in_order([&] { return place_.files.sync_folder(place_.folders.blobs); },
                    [&] { return remove_tree(place_.files, away); });
}

base::Result<std::vector<std::string>> FolderTenant::keys(const ListQuery& query) {
    const auto names = place_.files.list(place_.folders.blobs);
    if (!names) return std::unexpected(names.error());
    std::vector<std::string> keys;
    for (const std::string& name : *names) {
        auto key = key_of_folder(name);
        if (key && key->starts_with(query.prefix) && *key > query.after) keys.push_back(std::move(*key));
    }
    std::ranges::sort(keys);
    return keys;
}

base::Result<Listed> FolderTenant::look(const std::string& key) {
    const auto index = read_index(place_, key);
    if (index) return Listed{key, time_of(index->created_ms), index->size_bytes, false};
    if (index.error().code == ErrorCode::blob_corrupt) return Listed{key, Time::min(), 0, true};
    return std::unexpected(index.error());
}

base::Result<Page> FolderTenant::list(const ListQuery& query) {
    if (query.limit_keys == 0) return fail(ErrorCode::invalid_argument, "a page has at least one key");
    auto found = keys(query);
    if (!found) return std::unexpected(found.error());
    Page page;
    if (found->size() > query.limit_keys) {
        found->resize(query.limit_keys);
        page.next = found->back();
    }
    for (const std::string& key : *found) {
        auto listed = look(key);
        if (!listed && listed.error().code == ErrorCode::blob_not_found) continue;  // removed while we look
        if (!listed) return std::unexpected(listed.error());
        if (listed->created < query.created_before) page.blobs.push_back(std::move(*listed));
    }
    return page;
}

class FolderBlobs final : public Blobs {
  public:
    FolderBlobs(fs::path root, const Surroundings& surroundings, std::unique_ptr<FileSystem> owned, FileSystem& files)
        : root_(std::move(root)), surroundings_(surroundings), owned_(std::move(owned)), files_(files) {}

    base::Result<std::unique_ptr<TenantBlobs>> tenant(std::string_view tenant) override;
    base::Result<std::vector<std::string>> tenants() override;
    base::Result<std::size_t> sweep(Time unused_since) override;
    base::Result<void> check() override;

  private:
    base::Result<void> make_folders(const TenantPlace& place);
    base::Result<std::size_t> sweep_tenant(const TenantPlace& place, Time unused_since);
    base::Result<std::size_t> sweep_trash(const TenantPlace& place);
    base::Result<bool> sweep_upload(const TenantPlace& place, const std::string& id, Time unused_since);

    fs::path root_;
    Surroundings surroundings_;
    std::unique_ptr<FileSystem> owned_;
    FileSystem& files_;
    std::mutex mutex_;
    std::set<std::string, std::less<>> made_;  // tenants whose folders this process knows to be durable
};

base::Result<std::unique_ptr<TenantBlobs>> FolderBlobs::tenant(std::string_view tenant) {
    if (auto good = check_tenant(tenant); !good) return std::unexpected(good.error());
    TenantPlace place{std::string(tenant), tenant_folders(root_, tenant), files_, surroundings_};
    if (auto made = make_folders(place); !made) return std::unexpected(made.error());
    return std::make_unique<FolderTenant>(std::move(place));
}

// Folders that are there may be another process's, which has not synced them yet.
base::Result<void> FolderBlobs::make_folders(const TenantPlace& place) {
    const std::lock_guard lock(mutex_);
    if (made_.contains(place.tenant)) return {};
    auto made =
        in_order([&] { return files_.make_folder(place.folders.tenant); },
                 [&] { return files_.make_folder(place.folders.blobs); },
                 [&] { return files_.make_folder(place.folders.uploads); },
                 [&] { return files_.make_folder(place.folders.trash); },
                 [&] { return files_.sync_folder(place.folders.tenant); }, [&] { return files_.sync_folder(root_); });
    if (made) made_.insert(place.tenant);
    return made;
}

base::Result<std::vector<std::string>> FolderBlobs::tenants() {
    auto names = files_.list(root_);
    if (names) std::erase_if(*names, [](const std::string& name) { return !check_tenant(name); });
    return names;
}

base::Result<std::size_t> FolderBlobs::sweep(Time unused_since) {
    const auto everybody = tenants();
    if (!everybody) return std::unexpected(everybody.error());
    std::size_t removed = 0;
    for (const std::string& tenant : *everybody) {
        const TenantPlace place{tenant, tenant_folders(root_, tenant), files_, surroundings_};
        const auto swept = sweep_tenant(place, unused_since);
        if (!swept) return swept;
        removed += *swept;
    }
    return removed;
}

base::Result<std::size_t> FolderBlobs::sweep_tenant(const TenantPlace& place, Time unused_since) {
    const auto ids = files_.list(place.folders.uploads);
    if (!ids && ids.error().code == ErrorCode::blob_not_found) return 0;  // made this moment, or no tenant's folder
    if (!ids) return std::unexpected(ids.error());
    std::size_t removed = 0;
    for (const std::string& id : *ids) {
        const auto swept = sweep_upload(place, id, unused_since);
        if (!swept) return std::unexpected(swept.error());
        if (*swept) ++removed;
    }
    const auto rubbish = sweep_trash(place);
    if (!rubbish) return rubbish;
    return removed + *rubbish;
}

// What lies in the trash has lost its name already, whatever its age.
base::Result<std::size_t> FolderBlobs::sweep_trash(const TenantPlace& place) {
    const auto names = files_.list(place.folders.trash);
    if (!names) return std::unexpected(names.error());
    for (const std::string& name : *names) {
        if (files_.remove_file(place.folders.trash / name)) continue;  // not a folder: a copy for a decoder
        if (auto gone = remove_tree(files_, place.folders.trash / name); !gone) return std::unexpected(gone.error());
    }
    return names->size();
}

// What another process has in its hands is not rubbish.
base::Result<bool> removal(const base::Result<void>& removed) {
    if (removed) return true;
    if (removed.error().code == ErrorCode::blob_busy || removed.error().code == ErrorCode::blob_exists) return false;
    return std::unexpected(removed.error());
}

base::Result<bool> FolderBlobs::sweep_upload(const TenantPlace& place, const std::string& id, Time unused_since) {
    const auto begun_ms = time_of_id(id);
    if (!begun_ms || time_of(*begun_ms) >= unused_since) return false;
    const auto bytes = read_file(files_, place.folders.uploads / id / upload_name);
    const auto record = bytes ? decode_upload(*bytes) : std::nullopt;
    // Without a record it never was an upload: what a crash left of putting a small blob, or of beginning.
    if (!record) return removal(remove_tree(files_, place.folders.uploads / id));
    auto upload = FolderUpload::resume(place, record->key, id);
    if (!upload) return false;
    const auto written = (*upload)->last_written();
    if (!written || *written >= unused_since) return false;
    return removal((*upload)->abort());
}

base::Result<void> FolderBlobs::check() {
    const auto names = files_.list(root_);
    if (!names) return std::unexpected(names.error());
    return {};
}

}  // namespace

base::Result<std::unique_ptr<Blobs>> open_folder_blobs(const fs::path& folder, const Surroundings& surroundings) {
    if (folder.empty()) return fail(ErrorCode::invalid_argument, "the folder of the blobs has no name");
    std::error_code reason;
    fs::create_directories(folder, reason);
    if (reason) {
        return base::fail_errno(ErrorCode::blob_failed, "cannot make the folder " + folder.string(), reason.value());
    }
    auto files = system_files();
    const fs::path whole = fs::absolute(folder);
    if (auto synced = files->sync_folder(whole.parent_path()); !synced) return std::unexpected(synced.error());
    FileSystem& shared = *files;
    return std::make_unique<FolderBlobs>(whole, surroundings, std::move(files), shared);
}

std::unique_ptr<Blobs> open_folder_blobs(const fs::path& folder, const Surroundings& surroundings, FileSystem& files) {
    return std::make_unique<FolderBlobs>(folder, surroundings, nullptr, files);
}

}  // namespace blob
