#include "speech/transcriber.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <vector>

#include "model/audio.hpp"
#include "runtime/system_clock.hpp"
#include "speech/guards.hpp"
#include "speech/level.hpp"
#include "speech/stitch.hpp"

namespace speech {
namespace {

constexpr std::string_view plan_version = "plan-1";  // raised whenever levels, planner or guards decide otherwise
constexpr std::int64_t progress_every_samples = 2 * model::sample_rate_hz;

std::vector<float> made_louder(std::span<const float> samples) {
    std::vector<float> result(samples.begin(), samples.end());
    const float gain = segment_gain(samples);
    if (gain != 1.0F) std::ranges::transform(result, result.begin(), [gain](float sample) { return sample * gain; });
    return result;
}

// Adds the CPU time between its birth and its end, on one thread, to an account that may be absent.
class CpuAccount {
  public:
    explicit CpuAccount(std::atomic<std::int64_t>* total_ns)
        : total_ns_(total_ns), start_(total_ns == nullptr ? std::chrono::nanoseconds(0) : runtime::thread_cpu_time()) {}
    ~CpuAccount() {
        if (total_ns_ != nullptr) *total_ns_ += (runtime::thread_cpu_time() - start_).count();
    }
    CpuAccount(const CpuAccount&) = delete;
    CpuAccount& operator=(const CpuAccount&) = delete;

  private:
    std::atomic<std::int64_t>* total_ns_;
    std::chrono::nanoseconds start_;
};

// The plan is made of whole frames, the last of which may reach past the end of the stream.
void clip(PlannedSegment& segment, std::int64_t end) {
    segment.span.end = std::min(segment.span.end, end);
    segment.speech.back().end = std::min(segment.speech.back().end, end);
}

// The samples that some segment may still need, addressed by their place in the stream.
class Recent {
  public:
    void append(std::span<const float> samples) { samples_.insert(samples_.end(), samples.begin(), samples.end()); }
    [[nodiscard]] std::int64_t end() const { return begin_ + static_cast<std::int64_t>(samples_.size()); }
    [[nodiscard]] std::span<const float> get(const SampleSpan& span) const {
        return std::span(samples_).subspan(static_cast<std::size_t>(span.start - begin_),
                                           static_cast<std::size_t>(span.length()));
    }
    // Moves what is left only once it is the smaller part, so that the cost a sample stays constant.
    void forget_before(std::int64_t sample) {
        const auto count = static_cast<std::size_t>(std::max<std::int64_t>(sample - begin_, 0));
        if (count < samples_.size() / 2) return;
        samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(count));
        begin_ = sample;
    }

  private:
    std::vector<float> samples_;
    std::int64_t begin_ = 0;
};

class Transcription {
  public:
    Transcription(const VoiceActivityModel& voice_activity, const Recogniser& recogniser, runtime::Threads& threads,
                  const TranscribeOptions& options, const ProgressListener& progress)
        : recogniser_(recogniser),
          progress_(progress),
          engine_cpu_ns_(options.engine_cpu_ns),
          voice_activity_(voice_activity),
          pool_(threads, std::max<std::size_t>(options.segments_in_flight, 1)) {
        transcript_.language = options.language;
        transcript_.engine =
            recogniser.fingerprint() + " " + voice_activity.fingerprint() + " " + std::string(plan_version);
    }

    base::Result<void> push(std::span<const float> samples);
    base::Result<model::Transcript> finish();

  private:
    struct Pending {
        PlannedSegment segment;
        std::string_view skipped;  // why it was not submitted; empty when it was
    };
    [[nodiscard]] std::optional<PlannedSegment> plan_next_frame();
    [[nodiscard]] float probability_of(std::span<const float> frame);
    [[nodiscard]] base::Result<Recognition> recognise(std::span<const float> samples) const;
    base::Result<void> begin_if(std::optional<PlannedSegment> segment);
    base::Result<void> settle_oldest();
    base::Result<void> settle_ready();
    void tell();

    const Recogniser& recogniser_;
    const ProgressListener& progress_;
    std::atomic<std::int64_t>* engine_cpu_ns_;
    VoiceActivity voice_activity_;
    LevelFollower level_;
    Planner planner_;
    Recent recent_;
    std::int64_t planned_until_ = 0;  // a multiple of the frame, but at the end
    std::int64_t told_at_ = 0;
    model::Transcript transcript_;
    std::deque<Pending> pending_;
    runtime::OrderedPool<base::Result<Recognition>> pool_;
};

base::Result<void> Transcription::push(std::span<const float> samples) {
    recent_.append(samples);
    while (planned_until_ + vad_frame_samples <= recent_.end()) {
        if (auto begun = begin_if(plan_next_frame()); !begun) return begun;
    }
    recent_.forget_before(planner_.first_needed_sample());
    if (auto settled = settle_ready(); !settled) return settled;
    if (recent_.end() - told_at_ >= progress_every_samples) tell();
    return {};
}

// The last frame of the stream may be short: silence fills it.
std::optional<PlannedSegment> Transcription::plan_next_frame() {
    const std::int64_t end = std::min(planned_until_ + vad_frame_samples, recent_.end());
    const std::span<const float> samples = recent_.get({planned_until_, end});
    planned_until_ = end;
    const float energy = mean_square(samples);
    const float gain = level_.gain(energy);
    std::array<float, vad_frame_samples> frame{};
    std::ranges::transform(samples, frame.begin(), [gain](float sample) { return sample * gain; });
    return planner_.push(probability_of(frame), energy);
}

float Transcription::probability_of(std::span<const float> frame) {
    const CpuAccount account(engine_cpu_ns_);
    return voice_activity_.push(frame);
}

base::Result<void> Transcription::begin_if(std::optional<PlannedSegment> segment) {
    if (!segment) return {};
    while (pool_.full()) {
        if (auto settled = settle_oldest(); !settled) return settled;
    }
    clip(*segment, recent_.end());
    const std::string_view skipped = reason_to_skip(*segment);
    if (skipped.empty()) {
        pool_.submit([this, samples = made_louder(recent_.get(segment->span))] { return recognise(samples); });
    }
    pending_.push_back({std::move(*segment), skipped});
    return {};
}

// On one of the shared threads.
base::Result<Recognition> Transcription::recognise(std::span<const float> samples) const {
    const CpuAccount account(engine_cpu_ns_);
    return recogniser_.recognise(samples);
}

base::Result<void> Transcription::settle_oldest() {
    const Pending oldest = std::move(pending_.front());
    pending_.pop_front();
    if (!oldest.skipped.empty()) {
        add_skipped(transcript_, oldest.segment, oldest.skipped);
        return {};
    }
    const auto recognition = pool_.take();
    if (!recognition) return std::unexpected(recognition.error());
    add_recognised(transcript_, oldest.segment, *recognition);
    tell();
    return {};
}

base::Result<void> Transcription::settle_ready() {
    while (!pending_.empty() && (!pending_.front().skipped.empty() || pool_.ready())) {
        if (auto settled = settle_oldest(); !settled) return settled;
    }
    return {};
}

base::Result<model::Transcript> Transcription::finish() {
    if (auto begun = begin_if(planned_until_ < recent_.end() ? plan_next_frame() : std::nullopt); !begun) {
        return std::unexpected(begun.error());
    }
    if (auto begun = begin_if(planner_.finish()); !begun) return std::unexpected(begun.error());
    while (!pending_.empty()) {
        if (auto settled = settle_oldest(); !settled) return std::unexpected(settled.error());
    }
    transcript_.duration_seconds = model::seconds_of_samples(recent_.end());
    progress_({transcript_.duration_seconds, transcript_.duration_seconds});
    return std::move(transcript_);
}

void Transcription::tell() {
    told_at_ = recent_.end();
    const std::int64_t final_until =
        pending_.empty() ? planner_.first_needed_sample() : pending_.front().segment.span.start;
    progress_(
        {model::seconds_of_samples(recent_.end()), model::seconds_of_samples(std::min(final_until, recent_.end()))});
}

}  // namespace

base::Result<model::Transcript> transcribe(media::PcmSource& source, const VoiceActivityModel& voice_activity,
                                           const Recogniser& recogniser, runtime::Threads& threads,
                                           const TranscribeOptions& options, const ProgressListener& progress,
                                           const std::atomic<bool>& stop) {
    Transcription transcription(voice_activity, recogniser, threads, options, progress);
    while (true) {
        if (stop) return base::fail(base::ErrorCode::cancelled, "the transcription was stopped");
        const auto samples = source.read();
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return transcription.finish();
        if (auto pushed = transcription.push(*samples); !pushed) return std::unexpected(pushed.error());
    }
}

}  // namespace speech
