// Where in the frames each step of a decoder was heard. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace speech {

/// Cuts the frames into one stretch a step, in order, each of one frame at least, so that the scores in the stretches
/// add up to the most; gives each step's first frame, of equal sums the earliest. `scores` is [step][frame]. Where
/// there are more steps than frames, some share one.
std::vector<std::size_t> align(std::span<const float> scores, std::size_t steps, std::size_t frames);

}  // namespace speech
