// Quiet recordings made louder: a follower that says by how much, frame by frame, and the same for one whole segment.
// Only ever a gain of 1 or more: what is loud enough passes untouched, to the last bit. Pure.
#pragma once
#include <span>

namespace speech {

/// The mean square of samples; 0 for none.
float mean_square(std::span<const float> samples);

/// Follows the loudest level of the recent past (it rises at once and fades by half in about 40 s), so that pauses
/// between words are not pulled up. Belongs to one thread.
class LevelFollower {
  public:
    /// The gain for the next frame of vad_frame_samples, of this mean square.
    float gain(float energy);

  private:
    float loudest_ = 0;
};

/// The gain that brings a segment's loudest frames to the usual level of speech; 1 when they are there already.
float segment_gain(std::span<const float> samples);

}  // namespace speech
