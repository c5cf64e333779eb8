#include "speech/live_transcription.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include "model/audio.hpp"

namespace speech {
namespace {

constexpr std::int64_t partial_every_samples = model::sample_rate_hz / 2;
constexpr std::int64_t pause_samples = 4 * vad_frame_samples;  // as the planner's

model::TimeSpan time_of(const SampleSpan& span) {
    return {model::seconds_of_samples(span.start), model::seconds_of_samples(span.end)};
}

}  // namespace

std::size_t agreed_words(const std::string& a, const std::string& b) {
    std::istringstream left(a);
    std::istringstream right(b);
    std::string word;
    std::string other;
    std::size_t agreed = 0;
    while (left >> word && right >> other && word == other)
        ++agreed;
    return agreed;
}

base::Result<std::vector<LiveFinal>> LiveTranscription::push(std::span<const float> samples, Instant arrived) {
    cutter_.push(samples);
    arrivals_.push_back({cutter_.heard_samples(), arrived});
    return closed();
}

base::Result<std::vector<LiveFinal>> LiveTranscription::finish() {
    cutter_.finish();
    return closed();
}

base::Result<std::vector<LiveFinal>> LiveTranscription::closed() {
    std::vector<LiveFinal> finals;
    while (const auto cut = cutter_.next()) {
        auto final = final_of(*cut);
        if (!final) return std::unexpected(final.error());
        if (*final) finals.push_back(**std::move(final));
    }
    forget_told();
    return finals;
}

// Nothing when there is no text and none was told.
base::Result<std::optional<LiveFinal>> LiveTranscription::final_of(const CutSegment& cut) {
    if (cut.skipped.empty()) {
        const auto recognition = recogniser_.recognise(cut.samples);
        if (!recognition) return std::unexpected(recognition.error());
        stitcher_.add_recognised(cut.plan, *recognition);
    } else {
        stitcher_.add_skipped(cut.plan, cut.skipped);
    }
    LiveFinal result{.time = time_of({cut.plan.span.start, cut.plan.span.end - cut.plan.overlap}), .segment = {}};
    auto segments = stitcher_.take_segments();
    if (!segments.empty()) {
        result = {.time = segments.front().time, .segment = std::move(segments.front())};
        count_delay(cut.plan);
    }
    told_.clear();
    const bool was_told = std::exchange(revision_, 0) > 0;
    if (!result.segment && !was_told) return std::nullopt;
    return result;
}

base::Result<std::optional<LivePartial>> LiveTranscription::partial() {
    const auto open = cutter_.open();
    if (!open || !open->skipped.empty() || !is_due(open->plan)) return std::nullopt;
    tried_until_ = open->plan.speech.back().end;
    auto recognition = recogniser_.recognise(open->samples);
    if (!recognition) return std::unexpected(recognition.error());
    if (recognition->text.empty()) return std::nullopt;
    count_delay(open->plan);
    return revise(open->plan, stitcher_.preview(open->plan, *recognition));
}

// The last words before a pause need not wait for more.
bool LiveTranscription::is_due(const PlannedSegment& open) const {
    const std::int64_t end = open.speech.back().end;
    const std::int64_t begin = std::max(tried_until_, open.span.start);
    if (end <= begin) return false;
    return end - begin >= partial_every_samples || cutter_.heard_samples() - end >= pause_samples;
}

LivePartial LiveTranscription::revise(const PlannedSegment& open, std::string text) {
    LivePartial partial{.time = time_of(open.span), .text = std::move(text), .revision = ++revision_};
    partial.stable_words = agreed_words(told_, partial.text);
    told_ = partial.text;
    return partial;
}

void LiveTranscription::count_delay(const PlannedSegment& told) {
    const Instant now = clock_.now();
    for (const SampleSpan& span : told.speech) {
        for (std::int64_t at = std::max(span.start, counted_until_); at < span.end; at += vad_frame_samples)
            delay_.add(now - arrival_of(std::min(at + vad_frame_samples, span.end)), 1);
    }
    counted_until_ = std::max(counted_until_, told.speech.back().end);
}

// When the sample before `sample` was pushed.
LiveTranscription::Instant LiveTranscription::arrival_of(std::int64_t sample) const {
    const auto arrival = std::ranges::lower_bound(arrivals_, sample, {}, &Arrival::until_sample);
    return arrival == arrivals_.end() ? clock_.now() : arrival->at;
}

void LiveTranscription::forget_told() {
    const std::int64_t needed = std::max(counted_until_, cutter_.first_needed_sample());
    while (!arrivals_.empty() && arrivals_.front().until_sample <= needed)
        arrivals_.pop_front();
}

}  // namespace speech
