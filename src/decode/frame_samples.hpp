// A decoded frame's samples as floats, a vector a channel, whatever the codec's own form. One thread.
#pragma once
#include <cstddef>
#include <vector>

#include "decode/mono_mixer.hpp"

struct AVFrame;

namespace decode {

inline constexpr int max_channels = 64;

/// What each channel of the frame is for; empty when there are none or more than max_channels.
std::vector<ChannelRole> roles_of(const AVFrame& frame);

/// Fills one plane a channel with the frame's samples but for the first `skip`, full scale at ±1, never a NaN or an
/// infinity. False for a sample format that is not known.
bool read_planes(const AVFrame& frame, std::size_t skip, std::vector<std::vector<float>>& planes);

}  // namespace decode
