#include "formats/compression_ratio.hpp"

#include <vector>

#include <zlib.h>

namespace formats {

double compression_ratio(std::string_view text) {
    if (text.empty()) return 0;
    std::vector<Bytef> source(text.begin(), text.end());
    uLongf size_bytes = compressBound(static_cast<uLong>(source.size()));
    std::vector<Bytef> compressed(size_bytes);
    // Cannot fail: the buffer has the bound that zlib asks for.
    compress2(compressed.data(), &size_bytes, source.data(), static_cast<uLong>(source.size()), 6);
    return static_cast<double>(text.size()) / static_cast<double>(size_bytes);
}

}  // namespace formats
