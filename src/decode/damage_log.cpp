#include "decode/damage_log.hpp"

#include <algorithm>

namespace decode {
namespace {

constexpr double clearly_missing_seconds = 2;
constexpr double clearly_missing_share = 0.1;

}  // namespace

void DamageLog::add(std::string_view kind, double at_seconds, double missing_seconds, std::int64_t count) {
    const auto known = std::ranges::find(damages_, kind, &media::Damage::kind);
    if (known == damages_.end()) {
        damages_.push_back({std::string(kind), at_seconds, missing_seconds, count});
        return;
    }
    known->missing_seconds += missing_seconds;
    known->count += count;
}

bool is_truncated(const Extent& extent) {
    const double missing = extent.claimed_end_seconds - extent.decoded_end_seconds;
    const bool clearly =
        missing > clearly_missing_seconds && missing > clearly_missing_share * extent.claimed_end_seconds;
    return extent.cut_short || (clearly && extent.claim_is_tracks_own);
}

}  // namespace decode
