#include "blob/folder_reader.hpp"

namespace blob {

using base::ErrorCode;
using base::fail;

namespace {

std::unexpected<base::Error> wrong_size(std::string_view key) {
    return fail(ErrorCode::blob_corrupt, "the content of blob " + std::string(key) + " has lost bytes; restore it");
}

}  // namespace

FolderReader::FolderReader(TenantPlace place, std::unique_ptr<File> data, IndexRecord index, Range range)
    : place_(std::move(place)),
      data_(std::move(data)),
      index_(std::move(index)),
      info_(describe(index_)),
      position_bytes_(range.offset_bytes),
      end_bytes_(range.offset_bytes + std::min(range.size_bytes, index_.size_bytes - range.offset_bytes)) {}

base::Result<std::unique_ptr<FolderReader>> FolderReader::open(const TenantPlace& place, std::string_view key,
                                                               Range range) {
    auto index = read_index(place, key);
    if (!index) return std::unexpected(index.error());
    if (range.offset_bytes > index->size_bytes) {
        return fail(ErrorCode::blob_range_invalid, "the range begins beyond the " + std::to_string(index->size_bytes) +
                                                       " bytes of blob " + std::string(key));
    }
    if (!index->key_id.empty() && place.surroundings.vault == nullptr) {
        return fail(ErrorCode::blob_failed,
                    "blob " + std::string(key) + " is sealed, and there is no vault to open it");
    }
    auto data = place.files.open(place.folders.blobs / folder_name(key) / data_name, Open::read);
    if (!data && data.error().code == ErrorCode::blob_not_found) return wrong_size(key);
    if (!data) return std::unexpected(data.error());
    const auto size = (*data)->size();
    if (!size) return std::unexpected(size.error());
    if (*size != index->size_bytes) return wrong_size(key);
    return std::unique_ptr<FolderReader>(new FolderReader(place, std::move(*data), std::move(*index), range));
}

base::Result<std::span<const std::byte>> FolderReader::next() {
    if (position_bytes_ >= end_bytes_) return std::span<const std::byte>();
    const std::uint64_t number = position_bytes_ / chunk_size_bytes;
    const auto chunk = load_chunk(number);
    if (!chunk) return std::unexpected(chunk.error());
    const std::uint64_t begin = number * chunk_size_bytes;
    const std::uint64_t from = position_bytes_ - begin;
    const std::uint64_t to = std::min<std::uint64_t>(chunk->size(), end_bytes_ - begin);
    position_bytes_ = begin + to;
    return chunk->subspan(from, to - from);
}

base::Result<std::span<std::byte>> FolderReader::load_chunk(std::uint64_t number) {
    const std::uint64_t begin = number * chunk_size_bytes;
    buffer_.resize(std::min<std::uint64_t>(chunk_size_bytes, index_.size_bytes - begin));
    const auto got = data_->read_at(begin, buffer_);
    if (!got) return std::unexpected(got.error());
    if (*got != buffer_.size()) return wrong_size(index_.key);
    const base::SealedName name{place_.tenant, index_.key, index_.key_id, number};
    if (auto opened = open_chunk(place_, name, buffer_, index_.chunks[number]); !opened) {
        return std::unexpected(opened.error());
    }
    return std::span(buffer_);
}

base::Result<runtime::Descriptor> FolderReader::into_descriptor() {
    std::unique_ptr<File> copy;
    if (!index_.key_id.empty()) {
        auto unnamed = place_.files.unnamed(place_.folders.trash);
        if (!unnamed) return std::unexpected(unnamed.error());
        copy = std::move(*unnamed);
    }
    for (std::uint64_t written = 0; position_bytes_ < end_bytes_; written = position_bytes_) {
        const auto bytes = next();
        if (!bytes) return std::unexpected(bytes.error());
        if (!copy) continue;
        if (auto done = copy->write_at(written, *bytes); !done) return std::unexpected(done.error());
    }
    return copy ? copy->read_only() : data_->read_only();
}

}  // namespace blob
