// The Range field (RFC 9110, 14.2) over one representation. Pure; any thread.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/error.hpp"

namespace upload {

struct ByteRange {
    std::uint64_t first = 0;
    std::uint64_t size_bytes = 0;
    bool partial = false;  // else it is everything: no range was asked for, or one that we need not honour
};

/// Several ranges at once, other units and what cannot be read are answered with everything, as the RFC allows. Errors:
/// blob_range_invalid when the one range lies outside.
base::Result<ByteRange> parse_range(std::string_view field, std::uint64_t size_bytes);

}  // namespace upload
