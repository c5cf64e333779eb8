#include "speech/diarization.hpp"

#include <utility>

#include "model/audio.hpp"
#include "speech/speaker_labels.hpp"

namespace speech {
namespace {

// Chosen on conversations put together from clips of single speakers; docs/benchmarks.md has what it gives elsewhere.
constexpr double least_similarity = 0.57;
constexpr std::size_t least_windows = 2;

}  // namespace

Diarization::Diarization(std::optional<std::size_t> speakers)
    : clustering_({.least_similarity = least_similarity, .speakers = speakers, .least_windows = least_windows}) {}

void Diarization::add(const PlannedSegment& segment, std::span<const VoiceWindow> voices) {
    for (const VoiceWindow& window : voices) {
        clustering_.add(unit_vector(window.voice));
        times_.push_back({model::seconds_of_samples(segment.span.start + window.span.start),
                          model::seconds_of_samples(segment.span.start + window.span.end)});
    }
}

void Diarization::finish(model::Transcript& transcript) && {
    const std::vector<std::size_t> speakers = std::move(clustering_).finish();
    std::vector<SpeakerTurn> turns;
    for (std::size_t i = 0; i < speakers.size(); ++i)
        turns.push_back({times_[i], speakers[i]});
    label_speakers(transcript, turns);
    part_speakers(transcript);
}

}  // namespace speech
