// The decoder port: from an open media file to 16 kHz samples on the media's own clock, mono or channel by channel.
//
// `SandboxedDecoder` (sandboxed_decoder.hpp) is the real one; tests use fakes. A PcmSource belongs to one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "model/media_info.hpp"
#include "runtime/descriptor.hpp"

namespace media {

/// What decoding had to repair; told to the user beside the transcript.
struct Damage {
    std::string kind;            // stable: "gap", "corrupt_frames", "discontinuity", "truncated"
    double at_seconds = 0;       // where it was first met
    double missing_seconds = 0;  // how much sound is silence in its place (0 when nothing is missing)
    std::int64_t count = 1;      // how often
};

/// What becomes of the channels: one mix of all, or each on its own.
enum class Channels : std::uint8_t { mixed, apart };
inline constexpr int most_channels_apart = 8;

struct DecodeSummary {
    std::int64_t samples = 0;     // how many were delivered in all, of each channel
    std::vector<Damage> damages;  // bounded: one a kind
};

class PcmSource {
  public:
    virtual ~PcmSource() = default;
    /// What the probe found; valid for the life of the source.
    [[nodiscard]] virtual const model::MediaInfo& info() const = 0;
    /// How many channels the samples have, interleaved; 1 when they are mixed.
    [[nodiscard]] virtual int channels() const { return 1; }
    /// The next samples, whole moments of all channels, contiguous with the last ones; empty at the end. Valid until
    /// the next call. An error is final.
    [[nodiscard]] virtual base::Result<std::span<const float>> read() = 0;
    /// What happened; complete once read() has answered empty.
    [[nodiscard]] virtual const DecodeSummary& summary() const = 0;
};

class Decoder {
  public:
    virtual ~Decoder() = default;
    /// Starts decoding the first (or default) audio track of the file behind `file`, which must be seekable and is read
    /// from its start whatever its position; the descriptor stays the caller's and must outlive the source.
    /// Errors: file_empty, media_*, decoder_*; apart, more than most_channels_apart are media_refused.
    [[nodiscard]] virtual base::Result<std::unique_ptr<PcmSource>> open(const runtime::Descriptor& file,
                                                                        Channels channels) = 0;
};

}  // namespace media
