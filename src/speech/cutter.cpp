#include "speech/cutter.hpp"

#include <algorithm>
#include <utility>

#include "speech/cpu_account.hpp"
#include "speech/guards.hpp"

namespace speech {
namespace {

constexpr std::string_view plan_version =
    "plan-3";  // raised whenever levels, planner, guards or seams decide otherwise

std::vector<float> made_louder(std::span<const float> samples) {
    std::vector<float> result(samples.begin(), samples.end());
    const float gain = segment_gain(samples);
    if (gain != 1.0F) std::ranges::transform(result, result.begin(), [gain](float sample) { return sample * gain; });
    return result;
}

// The plan is made of whole frames, the last of which may reach past the end of the stream.
void clip(PlannedSegment& segment, std::int64_t end) {
    const std::int64_t beyond = std::max<std::int64_t>(0, segment.span.end - end);
    segment.span.end -= beyond;
    segment.overlap = std::max<std::int64_t>(0, segment.overlap - beyond);
    segment.speech.back().end = std::min(segment.speech.back().end, end);
}

}  // namespace

std::string engine_fingerprint(const Recogniser& recogniser, const VoiceActivityModel& voice_activity,
                               const SpeakerModel* speaker_model) {
    const std::string speakers = speaker_model == nullptr ? "" : " " + speaker_model->fingerprint();
    return with_vocabulary(
        recogniser.fingerprint() + " " + voice_activity.fingerprint() + " " + std::string(plan_version) + speakers,
        recogniser.vocabulary());
}

std::string with_vocabulary(std::string engine, std::string_view vocabulary) {
    if (!vocabulary.empty()) engine += " vocabulary-" + std::string(vocabulary);
    return engine;
}

std::span<const float> SegmentCutter::Recent::get(const SampleSpan& span) const {
    return std::span(samples_).subspan(static_cast<std::size_t>(span.start - begin_),
                                       static_cast<std::size_t>(span.length()));
}

// Moves what is left only once it is the smaller part, so that the cost a sample stays constant.
void SegmentCutter::Recent::forget_before(std::int64_t sample) {
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(sample - begin_, 0));
    if (count < samples_.size() / 2) return;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count));
    begin_ = sample;
}

std::optional<CutSegment> SegmentCutter::next() {
    if (auto segment = plan_more()) return cut(*std::move(segment));
    if (!finished_) recent_.forget_before(planner_.first_needed_sample());
    return std::nullopt;
}

std::optional<CutSegment> SegmentCutter::open() const {
    if (auto segment = planner_.open()) return cut(*std::move(segment));
    return std::nullopt;
}

std::optional<PlannedSegment> SegmentCutter::plan_more() {
    while (planned_until_ + vad_frame_samples <= recent_.end()) {
        if (auto segment = plan_next_frame()) return segment;
    }
    return finished_ ? plan_end() : std::nullopt;
}

std::optional<PlannedSegment> SegmentCutter::plan_end() {
    if (planned_until_ < recent_.end()) {
        if (auto segment = plan_next_frame()) return segment;
    }
    return planner_.finish();
}

// The last frame of the stream may be short: silence fills it.
std::optional<PlannedSegment> SegmentCutter::plan_next_frame() {
    const std::int64_t end = std::min(planned_until_ + vad_frame_samples, recent_.end());
    const std::span<const float> samples = recent_.get({planned_until_, end});
    planned_until_ = end;
    const float energy = mean_square(samples);
    const float gain = level_.gain(energy);
    std::array<float, vad_frame_samples> frame{};
    std::ranges::transform(samples, frame.begin(), [gain](float sample) { return sample * gain; });
    return planner_.push(probability_of(frame), energy);
}

float SegmentCutter::probability_of(std::span<const float> frame) {
    const CpuAccount account(engine_cpu_ns_);
    return voice_activity_.push(frame);
}

CutSegment SegmentCutter::cut(PlannedSegment segment) const {
    clip(segment, recent_.end());
    CutSegment result{.plan = std::move(segment), .skipped = {}, .samples = {}};
    result.skipped = reason_to_skip(result.plan);
    if (result.skipped.empty()) result.samples = made_louder(recent_.get(result.plan.span));
    return result;
}

}  // namespace speech
