// What every adapter of the blob port must do, as tests. An adapter includes this in one _test.cpp and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Folder, BlobsConformance, testing::Values(blob::BlobsCase{"folder", make_storage}),
//   blob::case_name);
#pragma once
#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "blob/blobs.hpp"

namespace blob {

/// One storage that a test has for itself, empty at first, gone with the object.
class StorageUnderTest {
  public:
    virtual ~StorageUnderTest() = default;
    /// One more opening of the same storage; from forked children too when processes share it.
    virtual std::unique_ptr<Blobs> open(const Surroundings& surroundings) = 0;
    /// Turns a bit of what is stored, behind the port's back.
    virtual void flip_bit(std::string_view tenant, std::string_view key, std::uint64_t byte) = 0;
    virtual void damage_description(std::string_view tenant, std::string_view key) = 0;
};

struct BlobsCase {
    std::string name;
    std::function<std::unique_ptr<StorageUnderTest>()> make;
};

inline std::string case_name(const testing::TestParamInfo<BlobsCase>& info) {
    return info.param.name;
}
inline std::ostream& operator<<(std::ostream& out, const BlobsCase& value) {
    return out << value.name;
}

/// Bytes that follow from the key alone, so that whoever meets the blob knows what it must hold.
inline std::string content_of(std::string_view key, std::size_t size_bytes) {
    std::mt19937_64 engine(std::hash<std::string_view>()(key));
    std::string content(size_bytes + 8, '\0');
    for (std::size_t at = 0; at < size_bytes; at += 8) {
        const std::uint64_t value = engine();
        content.replace(at, 8, reinterpret_cast<const char*>(&value), 8);
    }
    content.resize(size_bytes);
    return content;
}

/// A source that gives the text in pieces of at most `piece_bytes`.
inline Source source_of(std::string text, std::size_t piece_bytes = 100'000) {
    return [text = std::move(text), at = std::size_t{0}, piece_bytes](std::span<std::byte> buffer) mutable {
        const std::size_t size = std::min({piece_bytes, buffer.size(), text.size() - at});
        std::copy_n(std::as_bytes(std::span(text)).begin() + static_cast<std::ptrdiff_t>(at), size, buffer.begin());
        at += size;
        return base::Result<std::size_t>(size);
    };
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}  // namespace blob
