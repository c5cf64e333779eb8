// The transcription of a stream while it is spoken: the open segment is recognised again and again, each time with what
// was said since, until the cutter closes it. The final texts are those that `transcribe` gives for the same samples,
// whatever partial results were asked for between. Bounded memory: the open segment. Nothing is kept of what was told.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/transcript.hpp"
#include "speech/cutter.hpp"
#include "speech/live_delay.hpp"
#include "speech/stitch.hpp"

namespace speech {

struct LivePartial {
    model::TimeSpan time;
    std::string text;
    int revision = 0;              // 1 for the first of its segment
    std::size_t stable_words = 0;  // so many words stand at the beginning of this partial and of the one before
};

/// A segment that will not change. It replaces the partials told since the final before it.
struct LiveFinal {
    model::TimeSpan time;
    std::optional<model::Segment> segment;  // absent: what was told in partials turned out to be no speech or no words
};

/// One stream's state; belongs to one thread; what it is given must outlive it.
class LiveTranscription {
  public:
    LiveTranscription(const VoiceActivityModel& voice_activity, const Recogniser& recogniser, const base::Clock& clock)
        : recogniser_(recogniser), clock_(clock), cutter_(voice_activity), stitcher_({}, {}) {}

    using Instant = std::chrono::steady_clock::time_point;

    /// The next samples, mono 16 kHz, and when the last of them arrived, on the clock, which may be before now when
    /// they had to wait; gives the segments that they close. Errors: the recogniser's.
    base::Result<std::vector<LiveFinal>> push(std::span<const float> samples, Instant arrived);
    /// A new text of the open segment, when there is half a second more speech or the speaker has paused since the
    /// last. To be called when no more samples wait: a stream that lags behind catches up without.
    base::Result<std::optional<LivePartial>> partial();
    /// There are no more samples: the last segments.
    base::Result<std::vector<LiveFinal>> finish();

    /// For each 32 ms of speech that has a text: from their arrival to the first result that was recognised with them.
    [[nodiscard]] const LiveDelay& delay() const { return delay_; }

  private:
    struct Arrival {
        std::int64_t until_sample;
        Instant at;
    };
    base::Result<std::vector<LiveFinal>> closed();
    base::Result<std::optional<LiveFinal>> final_of(const CutSegment& cut);
    [[nodiscard]] bool is_due(const PlannedSegment& open) const;
    LivePartial revise(const PlannedSegment& open, std::string text);
    void count_delay(const PlannedSegment& told);
    [[nodiscard]] Instant arrival_of(std::int64_t sample) const;
    void forget_told();

    const Recogniser& recogniser_;
    const base::Clock& clock_;
    SegmentCutter cutter_;
    Stitcher stitcher_;
    LiveDelay delay_;
    std::deque<Arrival> arrivals_;    // of the samples that no result has told yet
    std::int64_t counted_until_ = 0;  // speech before this sample is in `delay_`
    std::int64_t tried_until_ = 0;    // speech before this sample was in a partial that was tried
    int revision_ = 0;                // of the open segment's last partial
    std::string told_;                // its text
};

/// How many words two texts have in common at their beginning.
std::size_t agreed_words(const std::string& a, const std::string& b);

}  // namespace speech
