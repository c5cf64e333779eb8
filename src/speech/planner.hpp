// Cuts a stream of voice activity into segments of bounded length: a pure state machine, fed frame by frame.
//
// Neighbouring speech is merged with the short silences between it kept inside, because a recogniser hears a sentence
// better whole. A segment ends at a long silence or, when it would outgrow the bound, at the longest pause in the last
// part of it, or, when nobody pauses, at its quietest moment: a cut that is forced may go through a word, so both
// segments hold the sound around it (seam.hpp makes one of the two texts). Segments are ordered, disjoint but for that,
// at most `longest_frames` long, and together cover every frame that counts as speech. Belongs to one thread.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace speech {

struct SampleSpan {
    std::int64_t start = 0;
    std::int64_t end = 0;  // one past the last
    bool operator==(const SampleSpan&) const = default;
    [[nodiscard]] std::int64_t length() const { return end - start; }
};

/// What two spans share; of length 0 or less when that is nothing.
constexpr SampleSpan common_part(const SampleSpan& a, const SampleSpan& b) {
    return {std::max(a.start, b.start), std::min(a.end, b.end)};
}

struct PlannedSegment {
    SampleSpan span;
    std::vector<SampleSpan> speech;  // inside `span`, in order, disjoint, never empty
    float mean_probability = 0;      // over the frames of `speech`
    std::int64_t overlap = 0;        // so many samples at the end of `span` begin the next segment too
    std::optional<int> channel;      // from 0; absent when the channels are mixed. It has segments of its own
    bool operator==(const PlannedSegment&) const = default;
};

/// All lengths in voice-activity frames (32 ms).
struct PlannerSettings {
    float speech_begins = 0.5F;             // a probability from here on opens a stretch of speech
    float speech_goes_on = 0.35F;           // one from here on keeps it open
    std::int64_t pause_frames = 4;          // less silence than this is part of the speech around it
    std::int64_t padding_frames = 12;       // kept before and after speech, where there is room
    std::int64_t long_silence_frames = 94;  // ends a segment
    std::int64_t longest_frames = 625;      // of a segment, padding included
    std::int64_t cut_from_frames = 312;     // a segment that must be cut is cut no earlier than this
    std::int64_t overlap_frames = 48;       // around a cut that is forced, at most; its edges are quiet moments too
};

class Planner {
  public:
    explicit Planner(const PlannerSettings& settings = {}) : settings_(settings) {}

    /// The next frame: how likely it is speech, and its mean square. Gives a segment when one is complete.
    std::optional<PlannedSegment> push(float probability, float energy);

    /// No more frames: the last segment, if one is open.
    std::optional<PlannedSegment> finish();

    /// The open segment as finish() would give it now; changes nothing.
    [[nodiscard]] std::optional<PlannedSegment> open() const { return Planner(*this).finish(); }

    /// Samples before this one are in no segment that is still to come.
    [[nodiscard]] std::int64_t first_needed_sample() const;

  private:
    struct FrameSpan {
        std::int64_t begin;
        std::int64_t end;
    };
    struct Frame {
        float probability;
        float energy;
    };
    void follow(float probability);
    void begin_speech(std::int64_t frame);
    std::optional<PlannedSegment> cut();
    [[nodiscard]] std::size_t longest_pause() const;
    [[nodiscard]] std::int64_t pause_end(std::size_t span) const;
    PlannedSegment cut_at_pause(std::size_t span);
    PlannedSegment cut_at_quietest();
    [[nodiscard]] std::int64_t quietest_frame() const;
    [[nodiscard]] std::int64_t quietest_frame(std::int64_t first, std::int64_t last) const;
    [[nodiscard]] std::int64_t half_overlap() const;
    PlannedSegment close(std::size_t spans, std::int64_t end, std::int64_t next_from);
    PlannedSegment close(std::size_t spans, std::int64_t end) { return close(spans, end, end); }
    void measure(PlannedSegment& segment, const FrameSpan& span) const;
    void forget_before(std::int64_t frame);
    [[nodiscard]] const Frame& at(std::int64_t frame) const {
        return history_[static_cast<std::size_t>(frame - history_begin_)];
    }

    PlannerSettings settings_;
    std::int64_t seen_ = 0;          // frames so far
    std::int64_t closed_until_ = 0;  // where the next segment may begin
    std::int64_t start_ = 0;         // of the open segment; meaningful while `spans_` is not empty
    bool speaking_ = false;
    std::vector<FrameSpan> spans_;  // of the open segment
    std::deque<Frame> history_;     // since the open segment's start
    std::int64_t history_begin_ = 0;
};

}  // namespace speech
