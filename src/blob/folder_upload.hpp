// An upload of the folder adapter. Part n is written in place, at (n - 1) x part size of the one data file, and counts
// from the moment its record is durable; completing copies nothing: it writes the index and gives the folder its name.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "blob/folder_files.hpp"

namespace blob {

class FolderUpload final : public Upload {
  public:
    /// Errors: disk_full, blob_failed; nothing stays then.
    static base::Result<std::unique_ptr<FolderUpload>> begin(const TenantPlace& place, UploadRecord record);
    /// Errors: blob_not_found.
    static base::Result<std::unique_ptr<FolderUpload>> resume(const TenantPlace& place, std::string_view key,
                                                              std::string_view upload_id);

    [[nodiscard]] const std::string& id() const override { return id_; }
    [[nodiscard]] std::uint64_t part_size_bytes() const override { return record_.part_size_bytes; }
    base::Result<Part> part(std::uint32_t number, const Source& source) override;
    base::Result<std::vector<Part>> parts() override;
    base::Result<Info> complete() override;
    base::Result<void> abort() override;

    /// When a part was last written, or the upload began.
    base::Result<Time> last_written();

  private:
    FolderUpload(TenantPlace place, std::string id, UploadRecord record);
    base::Result<std::unique_ptr<File>> lock(std::uint64_t offset_bytes, std::uint64_t size_bytes);
    base::Result<PartRecord> store_part(File& data, std::uint32_t number, const Source& source);
    base::Result<void> store_chunks(File& data, PartRecord& record, std::optional<PartRecord>& before,
                                    const Source& source);
    base::Result<void> store_chunk(File& data, PartRecord& record, std::optional<PartRecord>& before,
                                   std::span<std::byte> bytes);
    std::optional<PartRecord> record_of(std::uint32_t number);
    base::Result<void> forget_part(std::uint32_t number);
    base::Result<std::vector<PartRecord>> records();
    base::Result<IndexRecord> assemble();
    base::Result<Info> publish(File& data, const IndexRecord& index);
    base::Result<IndexRecord> completed();
    [[nodiscard]] std::unexpected<base::Error> gone();

    TenantPlace place_;
    std::string id_;
    UploadRecord record_;
    std::filesystem::path folder_;
};

/// Gives a folder, every file of it synced, the name of the blob: the moment it becomes visible. Durable when it
/// returns. Errors: blob_exists.
base::Result<void> publish_folder(const TenantPlace& place, const std::filesystem::path& folder, std::string_view key);

}  // namespace blob
