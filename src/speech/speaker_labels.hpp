// Writes who speaks into a transcript's segments and words. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>

#include "model/transcript.hpp"

namespace speech {

/// A stretch of time in which one speaker was heard.
struct SpeakerTurn {
    model::TimeSpan time;
    std::size_t speaker = 0;  // any number; the same is the same person
};

/// Gives each segment the speaker heard for most of its time, and each word likewise; a word during which nobody was
/// heard has its segment's speaker, and a segment during which nobody was heard has none. Of two heard for as long, the
/// one heard first. `turns` are in order of time and disjoint. Labels ("S1", "S2") are in order of appearance in the
/// transcript, a segment's words before itself.
void label_speakers(model::Transcript& transcript, std::span<const SpeakerTurn> turns);

}  // namespace speech
