#include "services/transcription/progress.hpp"

#include <algorithm>

namespace transcription {

std::int64_t expected_segments(const RunRow& row) {
    if (row.run.planned) return row.run.segments_total;
    if (row.heard_samples <= 0 || row.expected_samples <= 0) return 0;
    const double share = static_cast<double>(row.heard_samples) / static_cast<double>(row.expected_samples);
    const auto guess = static_cast<std::int64_t>(static_cast<double>(row.run.segments_total) / share);
    return std::max(guess, row.run.segments_total);
}

std::int64_t progress_step(std::int64_t segments_done, std::int64_t segments_expected) {
    if (segments_expected <= 0) return 0;
    return std::clamp(segments_done * progress_steps / segments_expected, std::int64_t{0}, progress_steps);
}

}  // namespace transcription
