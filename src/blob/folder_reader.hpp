// Reads a blob of the folder adapter, chunk by chunk, each checked.
#pragma once
#include <memory>

#include "blob/folder_files.hpp"

namespace blob {

class FolderReader final : public Reader {
  public:
    /// Errors: blob_not_found, blob_corrupt, blob_range_invalid.
    static base::Result<std::unique_ptr<FolderReader>> open(const TenantPlace& place, std::string_view key,
                                                            Range range);

    [[nodiscard]] const Info& info() const override { return info_; }
    base::Result<std::span<const std::byte>> next() override;

    /// Reads everything that is left and gives the plain content as a descriptor: the file itself when its bytes are
    /// plain, else an unnamed copy.
    base::Result<runtime::Descriptor> into_descriptor();

  private:
    FolderReader(TenantPlace place, std::unique_ptr<File> data, IndexRecord index, Range range);
    base::Result<std::span<std::byte>> load_chunk(std::uint64_t number);

    TenantPlace place_;
    std::unique_ptr<File> data_;
    IndexRecord index_;
    Info info_;
    std::uint64_t position_bytes_;
    std::uint64_t end_bytes_;
    Bytes buffer_;
};

}  // namespace blob
