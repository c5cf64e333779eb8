#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"
#include "media/wire.hpp"
#include "media/wire_format.hpp"

namespace media {
namespace {

constexpr int max_plausible_number = 100'000'000;  // of rates and channels, so that nobody computes with nonsense

// What the child may say of the media. The other codes are the parent's to give.
constexpr std::array childs_codes{base::ErrorCode::file_empty,
                                  base::ErrorCode::file_unreadable,
                                  base::ErrorCode::media_unrecognised,
                                  base::ErrorCode::media_refused,
                                  base::ErrorCode::media_no_audio,
                                  base::ErrorCode::media_corrupt,
                                  base::ErrorCode::media_truncated,
                                  base::ErrorCode::media_too_long,
                                  base::ErrorCode::decoder_crashed,
                                  base::ErrorCode::decoder_out_of_memory,
                                  base::ErrorCode::decoder_out_of_time,
                                  base::ErrorCode::decoder_forbidden,
                                  base::ErrorCode::internal};  // the kernel refused the sandbox

// Reads a payload front to back. The first thing that does not fit makes it fail, and everything after it reads as
// zero.
class Payload {
  public:
    explicit Payload(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <class Unsigned>
    Unsigned number() {
        const auto bytes = take(sizeof(Unsigned));
        Unsigned value = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            value =
                static_cast<Unsigned>(value | static_cast<Unsigned>(std::to_integer<Unsigned>(bytes[i]) << (8U * i)));
        }
        return value;
    }
    // At most `limit`, else the payload fails.
    std::uint64_t bounded(std::uint64_t value, std::uint64_t limit) {
        require(value <= limit);
        return failed_ ? 0 : value;
    }
    double finite() {
        const auto value = std::bit_cast<double>(number<std::uint64_t>());
        require(std::isfinite(value));
        return failed_ ? 0 : value;
    }
    double not_negative() {
        const double value = finite();
        require(value >= 0);
        return failed_ ? 0 : value;
    }
    std::string text(std::size_t limit_bytes) {
        const auto size = bounded(number<std::uint16_t>(), limit_bytes);
        const auto bytes = take(size);
        std::string text(bytes.size(), '\0');
        std::ranges::transform(bytes, text.begin(), [](std::byte b) { return std::to_integer<char>(b); });
        return base::printable(text, limit_bytes);
    }
    bool flag() { return bounded(number<std::uint8_t>(), 1) == 1; }
    std::span<const std::byte> rest() { return take(bytes_.size()); }
    void require(bool condition) { failed_ = failed_ || !condition; }
    [[nodiscard]] bool complete() const { return !failed_ && bytes_.empty(); }

  private:
    std::span<const std::byte> take(std::size_t size) {
        require(size <= bytes_.size());
        if (failed_) return {};
        const auto front = bytes_.first(size);
        bytes_ = bytes_.subspan(size);
        return front;
    }
    std::span<const std::byte> bytes_;
    bool failed_ = false;
};

model::MediaStream read_stream(Payload& payload) {
    model::MediaStream stream;
    stream.kind = static_cast<model::StreamKind>(
        payload.bounded(payload.number<std::uint8_t>(), std::to_underlying(model::StreamKind::other)));
    stream.codec = payload.text(wire_max_name_bytes);
    stream.language = payload.text(wire_max_name_bytes);
    stream.sample_rate_hz = static_cast<int>(payload.bounded(payload.number<std::uint32_t>(), max_plausible_number));
    stream.channels = static_cast<int>(payload.bounded(payload.number<std::uint32_t>(), max_plausible_number));
    stream.frame_rate_hz = payload.not_negative();
    stream.is_default = payload.flag();
    return stream;
}

WireMessage read_info(Payload& payload) {
    model::MediaInfo info;
    info.container = payload.text(wire_max_name_bytes);
    if (payload.flag()) info.duration_seconds = payload.not_negative();
    const auto count = payload.bounded(payload.number<std::uint16_t>(), wire_max_streams);
    for (std::uint64_t i = 0; i < count; ++i)
        info.streams.push_back(read_stream(payload));
    if (payload.flag()) {
        info.chosen_audio = payload.number<std::uint16_t>();
        payload.require(*info.chosen_audio < info.streams.size());
    }
    return info;
}

WireMessage read_samples(Payload& payload) {
    const auto bytes = payload.rest();
    WireSamples samples;
    samples.values.resize(bytes.size() / sizeof(float));
    payload.require(!samples.values.empty() && bytes.size() % sizeof(float) == 0);
    static_assert(std::endian::native == std::endian::little, "samples are copied as they stand");
    if (!samples.values.empty()) {
        std::memcpy(samples.values.data(), bytes.data(), samples.values.size() * sizeof(float));
    }
    // Not a number compares false; larger ones could become infinite energy further on.
    payload.require(
        std::ranges::all_of(samples.values, [](float value) { return std::abs(value) <= wire_loudest_sample; }));
    return samples;
}

std::int64_t read_count(Payload& payload) {
    return static_cast<std::int64_t>(payload.bounded(payload.number<std::uint64_t>(), INT64_MAX));
}

WireMessage read_silence(Payload& payload) {
    WireSilence silence{read_count(payload)};
    payload.require(silence.samples > 0);
    return silence;
}

WireMessage read_damage(Payload& payload) {
    Damage damage;
    damage.kind = payload.text(wire_max_name_bytes);
    damage.at_seconds = payload.not_negative();
    damage.missing_seconds = payload.not_negative();
    damage.count = read_count(payload);
    return damage;
}

WireMessage read_failure(Payload& payload) {
    const std::string name = payload.text(wire_max_name_bytes);
    const std::string message = payload.text(wire_max_message_bytes);
    const auto code = std::ranges::find(childs_codes, name, base::code_name);
    payload.require(code != childs_codes.end());
    return base::Error{code != childs_codes.end() ? *code : base::ErrorCode::decoder_crashed, message};
}

std::optional<WireMessage> read_message(std::uint8_t type, Payload payload) {
    WireMessage message;
    switch (static_cast<FrameType>(type)) {
        case FrameType::info:
            message = read_info(payload);
            break;
        case FrameType::layout:
            message = WireLayout{payload.number<std::uint8_t>()};
            break;
        case FrameType::samples:
            message = read_samples(payload);
            break;
        case FrameType::silence:
            message = read_silence(payload);
            break;
        case FrameType::damage:
            message = read_damage(payload);
            break;
        case FrameType::end:
            message = WireEnd{read_count(payload)};
            break;
        case FrameType::failure:
            message = read_failure(payload);
            break;
        default:
            return std::nullopt;
    }
    if (!payload.complete()) return std::nullopt;
    return message;
}

}  // namespace

void WireReader::feed(std::span<const std::byte> bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

base::Result<std::optional<WireMessage>> WireReader::next() {
    if (state_ == State::broken) return violation("is broken");
    if (state_ == State::preamble) {
        if (pending().size() < wire_preamble.size()) return std::nullopt;
        if (auto fault = take_preamble()) return violation(*fault);
    }
    if (pending().empty()) return std::nullopt;
    if (state_ == State::finished) return violation("goes on after its end");
    if (pending().size() < wire_frame_header_bytes) return std::nullopt;
    return take_frame();
}

std::optional<std::string> WireReader::take_preamble() {
    if (!std::ranges::equal(pending().first(wire_preamble.size()), wire_preamble)) return "has another preamble";
    taken_ += wire_preamble.size();
    state_ = State::info;
    return std::nullopt;
}

base::Result<std::optional<WireMessage>> WireReader::take_frame() {
    const auto bytes = pending();
    const auto size = Payload(bytes.subspan(1, 4)).number<std::uint32_t>();
    if (size > wire_max_payload_bytes) return violation("has a frame that is too long");
    if (bytes.size() < wire_frame_header_bytes + size) return std::nullopt;
    auto message =
        read_message(std::to_integer<std::uint8_t>(bytes[0]), Payload(bytes.subspan(wire_frame_header_bytes, size)));
    if (!message) return violation("has a malformed frame");
    if (auto fault = admit(*message)) return violation(*fault);
    taken_ += wire_frame_header_bytes + size;
    return message;
}

// The order of frames and the sums over them.
std::optional<std::string> WireReader::admit(const WireMessage& message) {
    if (std::holds_alternative<base::Error>(message)) {
        state_ = State::finished;
        return std::nullopt;
    }
    if (auto fault = admit_order(message)) return fault;
    if (const auto* samples = std::get_if<WireSamples>(&message)) {
        const auto values = static_cast<std::int64_t>(samples->values.size());
        return values % channels_ == 0 ? count(values / channels_) : "has a channel that is longer than another";
    }
    if (const auto* silence = std::get_if<WireSilence>(&message)) return count(silence->samples);
    if (std::holds_alternative<Damage>(message) && ++damages_ > wire_max_damages) return "has too many damage frames";
    if (const auto* end = std::get_if<WireEnd>(&message)) {
        if (end->samples != samples_) return "has a wrong count of samples";
        state_ = State::finished;
    }
    return std::nullopt;
}

std::optional<std::string> WireReader::admit_order(const WireMessage& message) {
    const bool is_info = std::holds_alternative<model::MediaInfo>(message);
    const auto* layout = std::get_if<WireLayout>(&message);
    if (is_info != (state_ == State::info) || (layout != nullptr && state_ != State::layout))
        return "has its frames out of order";
    state_ = is_info ? State::layout : State::body;
    if (layout == nullptr) return std::nullopt;
    if (layout->channels < 1 || layout->channels > max_channels_) return "has more channels than were asked for";
    channels_ = layout->channels;
    return std::nullopt;
}

std::optional<std::string> WireReader::count(std::int64_t samples) {
    if (samples > max_samples_ - samples_) return "has more samples than the limit";
    samples_ += samples;
    return std::nullopt;
}

base::Result<std::optional<WireMessage>> WireReader::violation(const std::string& what) {
    state_ = State::broken;
    return base::fail(
        base::ErrorCode::decoder_crashed,
        "the media decoder's output " + what + "; the file may have been made to attack it: do not trust it");
}

}  // namespace media
