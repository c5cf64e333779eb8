// The protocol from the sandboxed decoder to its parent, over a pipe.
//
// All numbers are little-endian, floating point as IEEE 754 bits. The stream begins with the eight bytes of the
// preamble
// ("VTDEC", two zero bytes, the version), and goes on with frames: one byte of type, four of the payload's size, the
// payload. The order is info, then the layout where channels are told apart, then any mixture of samples, silence and
// damage, then end; a failure may stand in the place of any of them and is the last. The parent takes the child for an
// enemy: whoever feeds a hostile file to a decoder may own it. So every length and count is bounded, every text is made
// printable, and the reader accepts nothing out of order.
//
// Pure, no I/O; an object belongs to one thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "media/decoder.hpp"
#include "model/media_info.hpp"

namespace media {

inline constexpr std::size_t wire_max_payload_bytes = std::size_t{64} << 10U;
inline constexpr float wire_loudest_sample = 8;  // full scale is 1; resampling overshoots a little
inline constexpr std::size_t wire_max_samples_per_frame = wire_max_payload_bytes / sizeof(float);
inline constexpr std::size_t wire_max_streams = 256;
inline constexpr std::size_t wire_max_damages = 16;
inline constexpr std::size_t wire_max_name_bytes = 64;       // container, codec, language, kind of damage
inline constexpr std::size_t wire_max_message_bytes = 1024;  // of a failure

/// How many channels the samples have, when it is not one.
struct WireLayout {
    int channels = 1;
};

struct WireSamples {
    std::vector<float> values;  // 1 to wire_max_samples_per_frame, interleaved, none beyond wire_loudest_sample
};

struct WireSilence {
    std::int64_t samples = 0;  // of each channel, at least 1
};

struct WireEnd {
    std::int64_t samples = 0;  // all that were sent of each channel, silence included
};

using WireMessage = std::variant<model::MediaInfo, WireLayout, WireSamples, WireSilence, Damage, WireEnd, base::Error>;

/// Builds the bytes of the child's side. The caller keeps the order; texts and lists that are too long are cut.
class WireWriter {
  public:
    WireWriter();  // begins with the preamble
    void info(const model::MediaInfo& info);
    void layout(int channels);
    /// At most wire_max_samples_per_frame, whole moments of all channels.
    void samples(std::span<const float> values);
    void silence(std::int64_t samples);
    void damage(const Damage& damage);
    void end(std::int64_t samples);
    void failure(const base::Error& error);

    /// What was built since the last call of clear().
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
    void clear() { bytes_.clear(); }

  private:
    std::vector<std::byte> bytes_;
};

/// Takes the child's bytes in pieces of any size and gives its messages.
class WireReader {
  public:
    /// `max_samples` bounds the sum of all samples and silence of a channel, `max_channels` the layout.
    explicit WireReader(std::int64_t max_samples, int max_channels = 1)
        : max_samples_(max_samples), max_channels_(max_channels) {}

    /// Adds bytes; call next() until it answers empty before feeding more, so that no more than one frame is ever kept.
    void feed(std::span<const std::byte> bytes);
    /// The next message; empty when more bytes are needed. An error (decoder_crashed) is a violation of the protocol
    /// and final.
    [[nodiscard]] base::Result<std::optional<WireMessage>> next();
    /// Whether the last message (end or failure) has been given.
    [[nodiscard]] bool finished() const { return state_ == State::finished; }
    /// Of the samples; known once something after the info was given.
    [[nodiscard]] int channels() const { return channels_; }

  private:
    enum class State : std::uint8_t { preamble, info, layout, body, finished, broken };

    [[nodiscard]] std::span<const std::byte> pending() const { return std::span(buffer_).subspan(taken_); }
    base::Result<std::optional<WireMessage>> violation(const std::string& what);
    base::Result<std::optional<WireMessage>> take_frame();
    std::optional<std::string> take_preamble();
    std::optional<std::string> admit(const WireMessage& message);
    std::optional<std::string> admit_order(const WireMessage& message);
    std::optional<std::string> count(std::int64_t samples);

    std::int64_t max_samples_;
    int max_channels_;
    int channels_ = 1;
    std::int64_t samples_ = 0;
    std::size_t damages_ = 0;
    State state_ = State::preamble;
    std::vector<std::byte> buffer_;
    std::size_t taken_ = 0;  // how much of buffer_ has been given out
};

}  // namespace media
