#include "blob/records.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/encoding.hpp"
#include "base/sha256.hpp"

namespace blob {
namespace {

constexpr std::size_t magic_bytes = 8;
constexpr std::string_view upload_magic = "vtblobU1";
constexpr std::string_view part_magic = "vtblobP1";
constexpr std::string_view index_magic = "vtblobI1";

class Writer {
  public:
    explicit Writer(std::string_view magic) { raw(std::as_bytes(std::span(magic))); }

    Writer& number(std::uint64_t value) {
        for (int byte = 0; byte < 8; ++byte, value >>= 8U)
            bytes_.push_back(static_cast<std::byte>(value & 255U));
        return *this;
    }
    Writer& time(std::int64_t value) { return number(static_cast<std::uint64_t>(value)); }
    Writer& text(std::string_view value) {
        number(value.size());
        raw(std::as_bytes(std::span(value)));
        return *this;
    }
    Writer& attributes(const Attributes& values) {
        number(values.size());
        for (const auto& [name, value] : values)
            text(name).text(value);
        return *this;
    }
    Writer& chunks(const std::vector<ChunkCheck>& checks) {
        number(checks.size());
        bytes_.reserve(bytes_.size() + (checks.size() + 1) * sizeof(ChunkCheck));
        for (const ChunkCheck& check : checks) {
            raw(check.hash);
            raw(check.seal);
        }
        return *this;
    }
    Bytes finish() {
        raw(digest(bytes_));
        return std::move(bytes_);
    }

  private:
    void raw(std::span<const std::byte> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    Bytes bytes_;
};

// Reads what Writer wrote; after the first thing that does not fit, everything is empty and whole() is false.
class Reading {
  public:
    Reading(std::span<const std::byte> bytes, std::string_view magic) {
        if (bytes.size() < magic_bytes + sizeof(Digest)) return;
        const auto body = bytes.first(bytes.size() - sizeof(Digest));
        if (std::memcmp(body.data(), magic.data(), magic_bytes) != 0) return;
        if (std::memcmp(digest(body).data(), bytes.data() + body.size(), sizeof(Digest)) != 0) return;
        left_ = body.subspan(magic_bytes);
        good_ = true;
    }

    std::uint64_t number() {
        std::uint64_t value = 0;
        const auto bytes = take(8);
        for (std::size_t byte = bytes.size(); byte > 0; --byte) {
            value = value << 8U | std::to_integer<std::uint64_t>(bytes[byte - 1]);
        }
        return value;
    }
    std::int64_t time() { return static_cast<std::int64_t>(number()); }
    std::string text() {
        const auto bytes = take(number());
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    Attributes attributes() {
        Attributes values;
        for (std::uint64_t left = number(); left > 0 && good_; --left) {
            std::string name = text();
            if (!values.empty() && name <= values.rbegin()->first) good_ = false;  // written in order, each once
            values[std::move(name)] = text();
        }
        return values;
    }
    std::vector<ChunkCheck> chunks() {
        const std::uint64_t count = number();
        std::vector<ChunkCheck> checks;
        if (count > left_.size() / sizeof(ChunkCheck)) good_ = false;
        if (good_) checks.resize(count);
        for (ChunkCheck& check : checks) {
            std::ranges::copy(take(sizeof(Digest)), check.hash.begin());
            std::ranges::copy(take(sizeof(base::Seal)), check.seal.begin());
        }
        return checks;
    }
    [[nodiscard]] bool whole() const { return good_ && left_.empty(); }

  private:
    std::span<const std::byte> take(std::uint64_t size) {
        if (size > left_.size()) good_ = false;
        if (!good_) return {};
        const auto taken = left_.first(size);
        left_ = left_.subspan(size);
        return taken;
    }

    std::span<const std::byte> left_;
    bool good_ = false;
};

std::string list_hash(const std::vector<ChunkCheck>& chunks) {
    Bytes hashes;
    hashes.reserve(chunks.size() * sizeof(Digest));
    for (const ChunkCheck& check : chunks)
        hashes.insert(hashes.end(), check.hash.begin(), check.hash.end());
    return base::to_hex(digest(hashes));
}

}  // namespace

Digest digest(std::span<const std::byte> bytes) {
    base::Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

Bytes encode(const UploadRecord& record) {
    Writer writer(upload_magic);
    writer.text(record.key).text(record.key_id).attributes(record.attributes).time(record.created_ms);
    return writer.number(record.part_size_bytes).finish();
}

Bytes encode(const PartRecord& record) {
    Writer writer(part_magic);
    writer.number(record.number).number(record.size_bytes).time(record.written_ms);
    return writer.chunks(record.chunks).finish();
}

Bytes encode(const IndexRecord& record) {
    Writer writer(index_magic);
    writer.text(record.key).text(record.key_id).text(record.upload_id).attributes(record.attributes);
    return writer.time(record.created_ms).number(record.size_bytes).chunks(record.chunks).finish();
}

std::optional<UploadRecord> decode_upload(std::span<const std::byte> bytes) {
    Reading reading(bytes, upload_magic);
    UploadRecord record;
    record.key = reading.text();
    record.key_id = reading.text();
    record.attributes = reading.attributes();
    record.created_ms = reading.time();
    record.part_size_bytes = reading.number();
    if (!reading.whole()) return std::nullopt;
    return record;
}

std::optional<PartRecord> decode_part(std::span<const std::byte> bytes) {
    Reading reading(bytes, part_magic);
    PartRecord record;
    const std::uint64_t number = reading.number();
    if (number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    record.number = static_cast<std::uint32_t>(number);
    record.size_bytes = reading.number();
    record.written_ms = reading.time();
    record.chunks = reading.chunks();
    if (!reading.whole() || record.chunks.size() != chunk_count(record.size_bytes)) return std::nullopt;
    return record;
}

std::optional<IndexRecord> decode_index(std::span<const std::byte> bytes) {
    Reading reading(bytes, index_magic);
    IndexRecord record;
    record.key = reading.text();
    record.key_id = reading.text();
    record.upload_id = reading.text();
    record.attributes = reading.attributes();
    record.created_ms = reading.time();
    record.size_bytes = reading.number();
    record.chunks = reading.chunks();
    if (!reading.whole() || record.chunks.size() != chunk_count(record.size_bytes)) return std::nullopt;
    return record;
}

std::uint64_t chunk_count(std::uint64_t size_bytes) {
    return size_bytes / chunk_size_bytes + (size_bytes % chunk_size_bytes != 0 ? 1 : 0);
}

Info describe(const IndexRecord& record) {
    return {record.key,    record.size_bytes, list_hash(record.chunks), time_of(record.created_ms),
            record.key_id, record.attributes};
}

Time time_of(std::int64_t utc_ms) {
    return Time(std::chrono::milliseconds(utc_ms));
}

std::int64_t ms_of(Time time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace blob
