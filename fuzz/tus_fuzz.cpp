// The header fields of tus, and Range: no text may crash them, and what they read must be within bounds.
#include <string>

#include "base/utf8.hpp"
#include "fuzz/fuzzing.hpp"
#include "services/upload/byte_range.hpp"
#include "services/upload/tus.hpp"

using fuzz::check;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    if (const auto count = upload::parse_count("Upload-Offset", text)) check(*count >= 0);
    if (const auto metadata = upload::parse_metadata(text)) {
        for (const auto& [key, value] : *metadata)
            check(!key.empty() && base::valid_utf8(value) == value);
    }
    if (auto expected = upload::parse_checksum(text)) {
        const std::size_t digest_bytes = expected->algorithm == upload::Algorithm::sha1 ? 20 : 32;
        check(expected->digest.size() == digest_bytes);
    }
    for (const std::uint64_t video_bytes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}}) {
        const auto range = upload::parse_range(text, video_bytes);
        if (!range) continue;
        check(range->first <= video_bytes && range->size_bytes <= video_bytes - range->first);
        if (range->partial) check(range->size_bytes > 0);
    }
    return 0;
}
