// What had to be repaired while decoding, added up: one entry a kind, so that a ruined file cannot fill memory. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "media/decoder.hpp"

namespace decode {

class DamageLog {
  public:
    /// One more of `kind` (of those that media::Damage lists); the first one says where.
    void add(std::string_view kind, double at_seconds, double missing_seconds, std::int64_t count = 1);
    [[nodiscard]] std::span<const media::Damage> all() const { return damages_; }

  private:
    std::vector<media::Damage> damages_;
};

/// What is known of how long the sound should have been, and how long it was.
struct Extent {
    double claimed_end_seconds = 0;
    double decoded_end_seconds = 0;
    bool claim_is_tracks_own = false;  // not that of a container with other tracks, which may go on without sound
    bool cut_short = false;            // the file ended in the middle of its data
};

/// Whether the file was cut off, and not just described carelessly.
bool is_truncated(const Extent& extent);

}  // namespace decode
