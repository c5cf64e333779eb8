#include "speech/planner.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "speech/voice_activity.hpp"

namespace speech {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

SampleSpan samples_of(std::int64_t begin_frame, std::int64_t end_frame) {
    return {begin_frame * vad_frame_samples, end_frame * vad_frame_samples};
}

}  // namespace

std::optional<PlannedSegment> Planner::push(float probability, float energy) {
    history_.push_back({probability, energy});
    ++seen_;
    follow(probability);
    if (spans_.empty()) {
        forget_before(std::max(closed_until_, seen_ - settings_.padding_frames));
        return std::nullopt;
    }
    if (!speaking_ && seen_ - spans_.back().end >= settings_.long_silence_frames) {
        return close(spans_.size(), spans_.back().end + settings_.padding_frames);
    }
    if (seen_ - start_ >= settings_.longest_frames) return cut();
    return std::nullopt;
}

std::optional<PlannedSegment> Planner::finish() {
    if (spans_.empty()) return std::nullopt;
    return close(spans_.size(), std::min(seen_, spans_.back().end + settings_.padding_frames));
}

std::int64_t Planner::first_needed_sample() const {
    const std::int64_t frame = spans_.empty() ? std::max(closed_until_, seen_ - settings_.padding_frames) : start_;
    return std::max<std::int64_t>(frame, 0) * vad_frame_samples;
}

// Hysteresis: it takes more to begin speaking than to go on.
void Planner::follow(float probability) {
    const std::int64_t frame = seen_ - 1;
    if (speaking_ && probability >= settings_.speech_goes_on) {
        spans_.back().end = seen_;
    } else if (!speaking_ && probability >= settings_.speech_begins) {
        begin_speech(frame);
    } else if (speaking_ && seen_ - spans_.back().end >= settings_.pause_frames) {
        speaking_ = false;
    }
}

void Planner::begin_speech(std::int64_t frame) {
    if (spans_.empty()) start_ = std::max({closed_until_, frame - settings_.padding_frames, std::int64_t{0}});
    spans_.push_back({frame, frame + 1});
    speaking_ = true;
}

std::optional<PlannedSegment> Planner::cut() {
    const std::size_t span = longest_pause();
    return span == nowhere ? cut_at_quietest() : cut_at_pause(span);
}

// Where the silence after a stretch of speech ends, as far as is known.
std::int64_t Planner::pause_end(std::size_t span) const {
    if (span + 1 < spans_.size()) return spans_[span + 1].begin;
    return speaking_ ? spans_[span].end : seen_;
}

// The stretch before the longest pause that is late enough to cut at; the later of two equals.
std::size_t Planner::longest_pause() const {
    std::size_t best = nowhere;
    std::int64_t best_length = 1;
    for (std::size_t span = 0; span < spans_.size(); ++span) {
        const std::int64_t length = pause_end(span) - spans_[span].end;
        if (pause_end(span) - start_ < settings_.cut_from_frames || length < best_length) continue;
        best = span;
        best_length = length;
    }
    return best;
}

PlannedSegment Planner::cut_at_pause(std::size_t span) {
    const std::int64_t pause_begin = spans_[span].end;
    const std::int64_t middle = (pause_begin + pause_end(span)) / 2;
    const std::int64_t end = std::min(pause_begin + settings_.padding_frames, std::max(middle, pause_begin));
    return close(span + 1, std::min(end, start_ + settings_.longest_frames));
}

// The last stretch goes on through the whole window: it is divided.
PlannedSegment Planner::cut_at_quietest() {
    const std::int64_t frame = quietest_frame();
    const std::int64_t most = half_overlap();
    const std::int64_t least = most / 3;
    const std::int64_t first = quietest_frame(frame - most, frame - least);
    const std::int64_t last = quietest_frame(frame + least, frame + most);
    const FrameSpan whole = spans_.back();
    spans_.back().end = std::min(last, whole.end);
    spans_.push_back({std::max(first, whole.begin), whole.end});
    return close(spans_.size() - 1, last, first);
}

// Room is needed so that a segment does not outgrow its bound, and begins after the one before the last has ended.
std::int64_t Planner::half_overlap() const {
    const std::int64_t room = settings_.longest_frames - settings_.cut_from_frames - 1;
    return std::max<std::int64_t>(0, std::min({settings_.overlap_frames / 2, settings_.cut_from_frames / 4, room}));
}

std::int64_t Planner::quietest_frame() const {
    const std::int64_t first = std::max(start_ + settings_.cut_from_frames, spans_.back().begin + 1);
    const std::int64_t last = std::min(spans_.back().end, start_ + settings_.longest_frames - half_overlap()) - 1;
    return quietest_frame(first, last);
}

// The later of two equals.
std::int64_t Planner::quietest_frame(std::int64_t first, std::int64_t last) const {
    std::int64_t best = last;
    for (std::int64_t frame = last; frame >= first; --frame) {
        if (at(frame).energy < at(best).energy) best = frame;
    }
    return best;
}

// Gives away the first `count` stretches as a segment that ends at `end`; the others open the next one, which begins no
// earlier than `next_from`.
PlannedSegment Planner::close(std::size_t count, std::int64_t end, std::int64_t next_from) {
    PlannedSegment segment;
    segment.span = samples_of(start_, end);
    for (std::size_t i = 0; i < count; ++i)
        measure(segment, spans_[i]);
    const auto frames =
        std::accumulate(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(count), 0.0F,
                        [](float sum, const FrameSpan& s) { return sum + static_cast<float>(s.end - s.begin); });
    segment.mean_probability /= frames;
    spans_.erase(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(count));
    closed_until_ = next_from;
    start_ = spans_.empty() ? end : std::max(closed_until_, spans_.front().begin - settings_.padding_frames);
    segment.overlap = std::max<std::int64_t>(0, end - start_) * vad_frame_samples;
    forget_before(start_);
    return segment;
}

void Planner::measure(PlannedSegment& segment, const FrameSpan& span) const {
    segment.speech.push_back(samples_of(span.begin, span.end));
    for (std::int64_t frame = span.begin; frame < span.end; ++frame)
        segment.mean_probability += at(frame).probability;
}

void Planner::forget_before(std::int64_t frame) {
    for (; history_begin_ < frame && !history_.empty(); ++history_begin_)
        history_.pop_front();
}

}  // namespace speech
