#include <algorithm>
#include <bit>
#include <string_view>
#include <utility>

#include "media/wire.hpp"
#include "media/wire_format.hpp"

namespace media {
namespace {

template <class Unsigned>
void put(std::vector<std::byte>& out, Unsigned number) {
    const std::uint64_t wide = number;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
        out.push_back(static_cast<std::byte>((wide >> (8U * i)) & 0xFFU));
}

void put_double(std::vector<std::byte>& out, double number) {
    put(out, std::bit_cast<std::uint64_t>(number));
}

void put_text(std::vector<std::byte>& out, std::string_view text, std::size_t limit_bytes) {
    text = text.substr(0, limit_bytes);
    put(out, static_cast<std::uint16_t>(text.size()));
    const auto bytes = std::as_bytes(std::span(text));
    out.insert(out.end(), bytes.begin(), bytes.end());
}

// A frame whose size is filled in when it goes out of scope.
class OpenFrame {
  public:
    OpenFrame(std::vector<std::byte>& out, FrameType type) : out_(out) {
        put(out_, std::to_underlying(type));
        put(out_, std::uint32_t{0});
        start_ = out_.size();
    }
    ~OpenFrame() {
        const auto size = static_cast<std::uint32_t>(out_.size() - start_);
        for (std::size_t i = 0; i < 4; ++i)
            out_[start_ - 4 + i] = static_cast<std::byte>((size >> (8U * i)) & 0xFFU);
    }
    OpenFrame(const OpenFrame&) = delete;
    OpenFrame& operator=(const OpenFrame&) = delete;

  private:
    std::vector<std::byte>& out_;
    std::size_t start_ = 0;
};

void put_stream(std::vector<std::byte>& out, const model::MediaStream& stream) {
    put(out, std::to_underlying(stream.kind));
    put_text(out, stream.codec, wire_max_name_bytes);
    put_text(out, stream.language, wire_max_name_bytes);
    put(out, static_cast<std::uint32_t>(stream.sample_rate_hz));
    put(out, static_cast<std::uint32_t>(stream.channels));
    put_double(out, stream.frame_rate_hz);
    put(out, static_cast<std::uint8_t>(stream.is_default));
}

}  // namespace

WireWriter::WireWriter() : bytes_(wire_preamble.begin(), wire_preamble.end()) {}

void WireWriter::info(const model::MediaInfo& info) {
    const OpenFrame frame(bytes_, FrameType::info);
    const auto streams = std::span(info.streams).first(std::min(info.streams.size(), wire_max_streams));
    put_text(bytes_, info.container, wire_max_name_bytes);
    put(bytes_, static_cast<std::uint8_t>(info.duration_seconds.has_value()));
    if (info.duration_seconds) put_double(bytes_, *info.duration_seconds);
    put(bytes_, static_cast<std::uint16_t>(streams.size()));
    for (const model::MediaStream& stream : streams)
        put_stream(bytes_, stream);
    const bool chosen = info.chosen_audio && *info.chosen_audio < streams.size();
    put(bytes_, static_cast<std::uint8_t>(chosen));
    if (chosen) put(bytes_, static_cast<std::uint16_t>(*info.chosen_audio));
}

void WireWriter::layout(int channels) {
    const OpenFrame frame(bytes_, FrameType::layout);
    put(bytes_, static_cast<std::uint8_t>(channels));
}

void WireWriter::samples(std::span<const float> values) {
    const OpenFrame frame(bytes_, FrameType::samples);
    const auto bytes = std::as_bytes(values);
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void WireWriter::silence(std::int64_t samples) {
    const OpenFrame frame(bytes_, FrameType::silence);
    put(bytes_, static_cast<std::uint64_t>(samples));
}

void WireWriter::damage(const Damage& damage) {
    const OpenFrame frame(bytes_, FrameType::damage);
    put_text(bytes_, damage.kind, wire_max_name_bytes);
    put_double(bytes_, damage.at_seconds);
    put_double(bytes_, damage.missing_seconds);
    put(bytes_, static_cast<std::uint64_t>(damage.count));
}

void WireWriter::end(std::int64_t samples) {
    const OpenFrame frame(bytes_, FrameType::end);
    put(bytes_, static_cast<std::uint64_t>(samples));
}

void WireWriter::failure(const base::Error& error) {
    const OpenFrame frame(bytes_, FrameType::failure);
    put_text(bytes_, base::code_name(error.code), wire_max_name_bytes);
    put_text(bytes_, error.message, wire_max_message_bytes);
}

}  // namespace media
