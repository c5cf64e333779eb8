// When a run tells of its progress: at every twentieth of its segments, so that a run of any length tells about 20
// times. While the plan goes on, how many segments there will be is guessed from the length of the video. Pure.
#pragma once
#include <cstdint>

#include "services/transcription/run_rows.hpp"

namespace transcription {

inline constexpr std::int64_t progress_steps = 20;

/// How many segments the run will have; 0 when nobody knows yet.
std::int64_t expected_segments(const RunRow& row);
/// How many twentieths are done, at most all.
std::int64_t progress_step(std::int64_t segments_done, std::int64_t segments_expected);

}  // namespace transcription
