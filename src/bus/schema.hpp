// Private to the SQLite adapter: the tables of its file, and where a record lies in them.
#pragma once
#include <cstdint>
#include <string_view>

#include "bus/sqlite_file.hpp"

namespace bus {

/// Makes the tables in a new file. Errors: database_newer.
base::Result<void> prepare_schema(SqliteFile& file);

// A record's row id is its partition's id and its offset in one number, so that a partition is one range of one tree.
inline constexpr int offset_bits = 44;
constexpr std::int64_t place_of(std::int64_t partition_id, std::int64_t offset) {
    return (partition_id << offset_bits) | offset;
}
constexpr std::int64_t offset_of(std::int64_t place) {
    return place & ((std::int64_t{1} << offset_bits) - 1);
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): the same partition for a key in every build.
constexpr std::uint64_t hash_of(std::string_view key) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char letter : key)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    return hash;
}

}  // namespace bus
