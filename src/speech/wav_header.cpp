#include "speech/wav_header.hpp"

#include <algorithm>
#include <array>

namespace speech {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view riff = "RIFF";
constexpr std::size_t riff_bytes = 12;  // "RIFF", size, "WAVE"
constexpr std::size_t chunk_bytes = 8;  // name, size
constexpr std::size_t format_bytes = 16;
constexpr std::size_t longest_header_bytes = std::size_t{64} * 1024;
constexpr std::uint64_t unknown_size = 0x7FFF0000;  // and more: what recorders write that do not know the end

struct Format {
    std::uint64_t number;  // of Microsoft's registry
    std::uint64_t bits;
    SampleEncoding encoding;
};
constexpr std::array formats{Format{1, 16, SampleEncoding::pcm_s16le}, Format{3, 32, SampleEncoding::pcm_f32le},
                             Format{7, 8, SampleEncoding::mulaw}};
constexpr std::uint64_t format_extensible = 0xFFFE;  // the format itself stands in its extension
constexpr std::size_t extensible_at = 24;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::string little(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i)
        bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
    return bytes;
}

base::Result<SampleEncoding> encoding_of(std::uint64_t format, std::uint64_t bits) {
    for (const Format& known : formats) {
        if (known.number == format && known.bits == bits) return known.encoding;
    }
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

std::string open_wav_header(std::int64_t sample_rate_hz, SampleEncoding encoding) {
    constexpr std::uint64_t no_size = 0xFFFFFFFF;
    const Format& format = *std::ranges::find(formats, encoding, &Format::encoding);
    const auto rate = static_cast<std::uint64_t>(sample_rate_hz);
    const std::uint64_t sample_bytes = format.bits / 8;
    return "RIFF" + little(no_size, 4) + "WAVEfmt " + little(format_bytes, 4) + little(format.number, 2) +
           little(1, 2) + little(rate, 4) + little(rate * sample_bytes, 4) + little(sample_bytes, 2) +
           little(format.bits, 2) + "data" + little(no_size, 4);
}

}  // namespace speech
