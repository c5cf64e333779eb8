// The first half of a transcription: a stream of samples in, planned segments out, each with its own samples as the
// recogniser wants them. Level, voice activity, plan and the guards before recognition. The same samples give the same
// segments, however they are cut into blocks. Bounded memory: the segment being heard and the block pushed last.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "speech/level.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"
#include "speech/speaker_model.hpp"
#include "speech/voice_activity.hpp"

namespace speech {

/// What decides the bytes of a transcript made with these: the recogniser, voice activity, how this code plans, and the
/// speaker model where there is one.
std::string engine_fingerprint(const Recogniser& recogniser, const VoiceActivityModel& voice_activity,
                               const SpeakerModel* speaker_model = nullptr);
/// The same for an engine that listens for phrases, by their model::phrases_fingerprint; as it is for none.
std::string with_vocabulary(std::string engine, std::string_view vocabulary);

struct CutSegment {
    PlannedSegment plan;
    std::string_view skipped;    // why it must not be recognised (guards.hpp); empty when it may be
    std::vector<float> samples;  // of the whole span, made louder where it is quiet; empty when skipped
};

/// One stream's state; belongs to one thread; the model must outlive it.
class SegmentCutter {
  public:
    /// `engine_cpu_ns`, when there is one, grows by the CPU time of voice activity.
    explicit SegmentCutter(const VoiceActivityModel& voice_activity, std::atomic<std::int64_t>* engine_cpu_ns = nullptr)
        : voice_activity_(voice_activity), engine_cpu_ns_(engine_cpu_ns) {}

    /// The next samples; then take what next() has, until it has nothing.
    void push(std::span<const float> samples) { recent_.append(samples); }
    /// There are no more samples; then take what next() still has.
    void finish() { finished_ = true; }
    /// The next segment, in order of time, that is complete with what was pushed so far.
    [[nodiscard]] std::optional<CutSegment> next();

    /// The segment being heard, as it would be if the stream ended now; call it when next() has nothing.
    [[nodiscard]] std::optional<CutSegment> open() const;

    /// How many samples were pushed so far.
    [[nodiscard]] std::int64_t heard_samples() const { return recent_.end(); }
    /// Samples before this one are in no segment that is still to come.
    [[nodiscard]] std::int64_t first_needed_sample() const { return planner_.first_needed_sample(); }

  private:
    // The samples that some segment may still need, addressed by their place in the stream.
    class Recent {
      public:
        void append(std::span<const float> samples) { samples_.insert(samples_.end(), samples.begin(), samples.end()); }
        [[nodiscard]] std::int64_t end() const { return begin_ + static_cast<std::int64_t>(samples_.size()); }
        [[nodiscard]] std::span<const float> get(const SampleSpan& span) const;
        void forget_before(std::int64_t sample);

      private:
        std::vector<float> samples_;
        std::int64_t begin_ = 0;
    };

    [[nodiscard]] std::optional<PlannedSegment> plan_more();
    [[nodiscard]] std::optional<PlannedSegment> plan_next_frame();
    [[nodiscard]] std::optional<PlannedSegment> plan_end();
    [[nodiscard]] float probability_of(std::span<const float> frame);
    [[nodiscard]] CutSegment cut(PlannedSegment segment) const;

    VoiceActivity voice_activity_;
    std::atomic<std::int64_t>* engine_cpu_ns_;
    LevelFollower level_;
    Planner planner_;
    Recent recent_;
    std::int64_t planned_until_ = 0;  // a multiple of the frame, but at the end
    bool finished_ = false;
};

}  // namespace speech
