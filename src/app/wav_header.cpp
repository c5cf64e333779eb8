#include "app/wav_header.hpp"

#include <string>

namespace app {
namespace {

using base::ErrorCode;
using base::fail;
using speech::SampleEncoding;

constexpr std::string_view riff = "RIFF";
constexpr std::size_t riff_bytes = 12;  // "RIFF", size, "WAVE"
constexpr std::size_t chunk_bytes = 8;  // name, size
constexpr std::size_t format_bytes = 16;
constexpr std::size_t longest_header_bytes = std::size_t{64} * 1024;
constexpr std::uint64_t unknown_size = 0x7FFF0000;  // and more: what recorders write that do not know the end

constexpr std::uint64_t format_pcm = 1;
constexpr std::uint64_t format_float = 3;
constexpr std::uint64_t format_mulaw = 7;
constexpr std::uint64_t format_extensible = 0xFFFE;  // the format itself stands in its extension
constexpr std::size_t extensible_at = 24;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

base::Result<SampleEncoding> encoding_of(std::uint64_t format, std::uint64_t bits) {
    if (format == format_pcm && bits == 16) return SampleEncoding::pcm_s16le;
    if (format == format_float && bits == 32) return SampleEncoding::pcm_f32le;
    if (format == format_mulaw && bits == 8) return SampleEncoding::mulaw;
    return fail(ErrorCode::media_refused, "the WAV on standard input must have 16-bit, 32-bit float or mu-law samples");
}

base::Result<void> read_format(WavHeader& header, std::string_view chunk) {
    std::uint64_t format = number(chunk, 0, 2);
    if (format == format_extensible && chunk.size() >= extensible_at + 2) format = number(chunk, extensible_at, 2);
    const auto encoding = encoding_of(format, number(chunk, 14, 2));
    if (!encoding) return std::unexpected(encoding.error());
    if (number(chunk, 2, 2) != 1)
        return fail(ErrorCode::media_refused, "the WAV on standard input must have one channel (arecord -c 1)");
    header.encoding = *encoding;
    header.sample_rate_hz = static_cast<std::int64_t>(number(chunk, 4, 4));
    return {};
}

}  // namespace

bool may_be_wav(std::string_view begin) {
    return begin.starts_with(riff) || (begin.size() < riff.size() && riff.starts_with(begin));
}

base::Result<std::optional<WavHeader>> read_wav_header(std::string_view begin) {
    WavHeader header;
    std::size_t at = riff_bytes;
    while (at + chunk_bytes <= begin.size()) {
        const std::string_view name = begin.substr(at, 4);
        const std::uint64_t size = number(begin, at + 4, 4);
        at += chunk_bytes;
        if (name == "data") {
            if (header.sample_rate_hz == 0) return fail(ErrorCode::media_corrupt, "the WAV does not tell its format");
            header.size_bytes = at;
            if (size > 0 && size < unknown_size) header.data_bytes = size;
            return header;
        }
        if (size > longest_header_bytes || at > longest_header_bytes)
            return fail(ErrorCode::media_corrupt, "the WAV's samples do not begin where they should");
        if (at + size > begin.size()) return std::nullopt;
        if (name == "fmt ") {
            if (size < format_bytes) return fail(ErrorCode::media_corrupt, "the WAV's format is cut");
            if (auto read = read_format(header, begin.substr(at, size)); !read) return std::unexpected(read.error());
        }
        at += size + size % 2;
    }
    return std::nullopt;
}

}  // namespace app
