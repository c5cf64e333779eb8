#include "speech/diarization.hpp"

#include <algorithm>
#include <utility>

#include "model/audio.hpp"
#include "speech/speaker_labels.hpp"

namespace speech {
namespace {

// Chosen on conversations put together from clips of single speakers; docs/benchmarks.md has what it gives elsewhere.
constexpr double least_similarity = 0.4;
constexpr std::size_t least_windows = 2;
constexpr InferenceOptions inference{.evidence = 0.3, .regularisation = 3.5};

// Those who are left in the transcript: a voice of which no word is told has lost its label.
std::vector<HeardSpeaker> told_speakers(const model::Transcript& transcript, std::span<const std::size_t> by_label,
                                        std::vector<ClusteredSpeaker> clustered) {
    std::vector<HeardSpeaker> told;
    for (const model::Speaker& speaker : transcript.speakers) {
        for (std::size_t place = 0; place < by_label.size(); ++place) {
            if (speaker_label(place) != speaker.label) continue;
            ClusteredSpeaker& heard = clustered[by_label[place]];
            told.push_back({speaker.label, std::move(heard.voice), heard.windows});
        }
    }
    return told;
}

}  // namespace

Diarization::Diarization(const SpeakerSpace& space, std::optional<std::size_t> speakers)
    : clustering_(space, {.least_similarity = least_similarity,
                          .speakers = speakers,
                          .inference = inference,
                          .least_windows = least_windows}) {}

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

std::vector<HeardSpeaker> Diarization::finish(model::Transcript& transcript) && {
    Clustered clustered = std::move(clustering_).finish();
    std::vector<SpeakerTurn> turns;
    for (std::size_t i = 0; i < times_.size(); ++i)
        turns.push_back({times_[i], clustered.speaker_of[i]});
    const std::vector<std::size_t> speakers = label_speakers(transcript, turns);
    part_speakers(transcript);
    return told_speakers(transcript, speakers, std::move(clustered.speakers));
}

}  // namespace speech
