#include "speech/diarization.hpp"

#include <algorithm>
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
        // Segments may overlap where they were cut by force; times do not.
        const double from = times_.empty() ? 0 : times_.back().end_seconds;
        const double start = std::max(from, model::seconds_of_samples(segment.span.start + window.span.start));
        const double end = std::max(start, model::seconds_of_samples(segment.span.start + window.span.end));
        times_.push_back({start, end});
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
