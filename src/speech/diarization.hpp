// Who speaks when in a whole video: takes the voices of its segments, groups them, and writes the speakers into the
// transcript. The same voices in the same order give the same speakers, whoever heard them. Bounded memory: a few bytes
// for each window, whatever the number of voices. Pure; belongs to one thread.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/transcript.hpp"
#include "speech/planner.hpp"
#include "speech/speaker_clustering.hpp"
#include "speech/voice.hpp"

namespace speech {

/// Somebody whom the transcript tells.
struct HeardSpeaker {
    std::string label;         // as the transcript has it
    std::vector<float> voice;  // the mean of the windows' vectors, of length 1
    std::size_t windows = 0;
};

class Diarization {
  public:
    /// `space` is the speaker model's and outlives this; `speakers`: how many there are, when it is known.
    Diarization(const SpeakerSpace& space, std::optional<std::size_t> speakers);

    /// The voices of the next segment, in order of time.
    void add(const PlannedSegment& segment, std::span<const VoiceWindow> voices);

    /// Writes speakers into the segments and words of the finished transcript, and parts segments where they change.
    /// Gives them in the transcript's order.
    std::vector<HeardSpeaker> finish(model::Transcript& transcript) &&;

  private:
    SpeakerClustering clustering_;
    std::vector<model::TimeSpan> times_;  // by window
};

}  // namespace speech
