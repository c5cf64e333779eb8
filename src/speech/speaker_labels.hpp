// Writes who speaks into a transcript's segments and words, and parts segments where the speaker changes. Pure; any
// thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/transcript.hpp"

namespace speech {

/// How the transcript calls the speaker of this place in the order of label_speakers, from 0.
std::string speaker_label(std::size_t place);

/// A stretch of time in which one speaker was heard.
struct SpeakerTurn {
    model::TimeSpan time;
    std::size_t speaker = 0;  // any number; the same is the same person
};

/// Gives each segment the speaker heard for most of its time, and each word likewise; a word during which nobody was
/// heard has its segment's speaker, and a segment during which nobody was heard has none. Of two heard for as long, the
/// one heard first. `turns` are in order of time and disjoint. Labels ("S1", "S2") are in order of appearance in the
/// transcript, a segment's words before itself. Gives the speakers in the order of their labels.
std::vector<std::size_t> label_speakers(model::Transcript& transcript, std::span<const SpeakerTurn> turns);

/// Moves each change of speaker between two words to where people change: a pause or an end of a sentence near by, as
/// far as a voice can be told from where its window lies. Then makes a segment of each run of words of one speaker, so
/// that none holds two, and lists the speakers. Segments whose words are not told stay whole.
void part_speakers(model::Transcript& transcript);

}  // namespace speech
