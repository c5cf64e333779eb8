#include "speech/transcriber.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "model/audio.hpp"
#include "speech/cpu_account.hpp"
#include "speech/cutter.hpp"
#include "speech/stitch.hpp"

namespace speech {
namespace {

constexpr std::int64_t progress_every_samples = 2 * model::sample_rate_hz;

class Transcription {
  public:
    Transcription(const VoiceActivityModel& voice_activity, const Recogniser& recogniser, runtime::Threads& threads,
                  const TranscribeOptions& options, const ProgressListener& progress)
        : recogniser_(recogniser),
          progress_(progress),
          engine_cpu_ns_(options.engine_cpu_ns),
          cutter_(voice_activity, options.engine_cpu_ns),
          transcript_(empty_transcript(options.language, engine_fingerprint(recogniser, voice_activity))),
          pool_(threads, std::max<std::size_t>(options.segments_in_flight, 1)) {}

    base::Result<void> push(std::span<const float> samples);
    base::Result<model::Transcript> finish();

  private:
    struct Pending {
        PlannedSegment segment;
        std::string_view skipped;  // why it was not submitted; empty when it was
    };
    [[nodiscard]] base::Result<Recognition> recognise(std::span<const float> samples) const;
    base::Result<void> begin_segments();
    base::Result<void> begin(CutSegment segment);
    base::Result<void> settle_oldest();
    base::Result<void> settle_ready();
    void tell();

    const Recogniser& recogniser_;
    const ProgressListener& progress_;
    std::atomic<std::int64_t>* engine_cpu_ns_;
    SegmentCutter cutter_;
    std::int64_t told_at_ = 0;
    model::Transcript transcript_;
    std::deque<Pending> pending_;
    runtime::OrderedPool<base::Result<Recognition>> pool_;
};

base::Result<void> Transcription::push(std::span<const float> samples) {
    cutter_.push(samples);
    if (auto begun = begin_segments(); !begun) return begun;
    if (auto settled = settle_ready(); !settled) return settled;
    if (cutter_.heard_samples() - told_at_ >= progress_every_samples) tell();
    return {};
}

base::Result<void> Transcription::begin_segments() {
    while (auto segment = cutter_.next()) {
        if (auto begun = begin(*std::move(segment)); !begun) return begun;
    }
    return {};
}

base::Result<void> Transcription::begin(CutSegment segment) {
    while (pool_.full()) {
        if (auto settled = settle_oldest(); !settled) return settled;
    }
    if (segment.skipped.empty()) {
        pool_.submit([this, samples = std::move(segment.samples)] { return recognise(samples); });
    }
    pending_.push_back({std::move(segment.plan), segment.skipped});
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
    cutter_.finish();
    if (auto begun = begin_segments(); !begun) return std::unexpected(begun.error());
    while (!pending_.empty()) {
        if (auto settled = settle_oldest(); !settled) return std::unexpected(settled.error());
    }
    end_transcript(transcript_, cutter_.heard_samples());
    progress_({transcript_.duration_seconds, transcript_.duration_seconds});
    return std::move(transcript_);
}

void Transcription::tell() {
    const std::int64_t heard = cutter_.heard_samples();
    told_at_ = heard;
    const std::int64_t final_until =
        pending_.empty() ? cutter_.first_needed_sample() : pending_.front().segment.span.start;
    progress_({model::seconds_of_samples(heard), model::seconds_of_samples(std::min(final_until, heard))});
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
