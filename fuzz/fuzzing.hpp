// What the fuzz targets share.
#pragma once
#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace fuzz {

/// A broken promise ends the run; libFuzzer keeps the input.
inline void check(bool holds) {
    if (!holds) std::abort();
}

inline std::string_view text_of(const unsigned char* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace fuzz
