#include "speech/transcriber.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>
#include <vector>

#include "model/audio.hpp"
#include "speech/channel_cutter.hpp"
#include "speech/cpu_account.hpp"
#include "speech/diarization.hpp"
#include "speech/stitch.hpp"

namespace speech {
namespace {

constexpr double usual_segment_seconds = 15;
constexpr std::int64_t progress_every_samples = 2 * model::sample_rate_hz;

class Transcription {
  public:
    Transcription(const media::PcmSource& source, const VoiceActivityModel& voice_activity,
                  const Recogniser& recogniser, runtime::Threads& threads, const TranscribeOptions& options,
                  const ProgressListener& progress)
        : recogniser_(recogniser),
          progress_(progress),
          threads_(threads.size()),
          duration_seconds_(source.info().duration_seconds.value_or(std::numeric_limits<double>::infinity())),
          engine_cpu_ns_(options.engine_cpu_ns),
          speaker_model_(options.speaker_model),
          cutter_(voice_activity, {source.channels(), options.channels_apart}, options.engine_cpu_ns),
          stitcher_(options.language, engine_fingerprint(recogniser, voice_activity, speaker_model_)),
          pool_(threads, std::max<std::size_t>(options.batches_in_flight, 1)) {
        if (speaker_model_ != nullptr) diarization_.emplace(speaker_model_->speakers(), options.speakers);
    }

    base::Result<void> push(std::span<const float> samples);
    base::Result<model::Transcript> finish();

  private:
    struct Planned {
        PlannedSegment segment;
        std::string_view skipped;  // why it is not recognised; empty when it is
    };
    using Recognitions = std::vector<base::Result<Recognition>>;

    [[nodiscard]] Recognitions recognise(const std::vector<std::vector<float>>& segments) const;
    base::Result<void> begin_segments();
    [[nodiscard]] std::size_t batch_size() const;
    base::Result<void> submit();
    base::Result<void> settle_oldest();
    base::Result<void> settle_ready();
    [[nodiscard]] std::int64_t final_until() const;
    void tell();

    const Recogniser& recogniser_;
    const ProgressListener& progress_;
    std::size_t threads_;
    double duration_seconds_;  // as the container claims
    std::atomic<std::int64_t>* engine_cpu_ns_;
    const SpeakerModel* speaker_model_;  // absent: speakers are not told apart
    ChannelCutter cutter_;
    std::int64_t told_at_ = 0;
    Stitcher stitcher_;
    std::optional<Diarization> diarization_;
    std::size_t batch_size_ = 1;  // grows: the first words soon, then as the engine likes it
    std::vector<Planned> collected_;
    std::vector<std::vector<float>> collected_samples_;  // of those that are not skipped
    std::deque<std::vector<Planned>> pending_;           // batches submitted, in order
    runtime::OrderedPool<Recognitions> pool_;
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
        if (segment->skipped.empty()) collected_samples_.push_back(std::move(segment->samples));
        collected_.push_back({std::move(segment->plan), segment->skipped});
        if (collected_.size() < batch_size()) continue;
        if (auto submitted = submit(); !submitted) return submitted;
    }
    return {};
}

// Towards the end batches get smaller, so that all threads end at about one time: none is more than two shares of a
// thread in what is left to hear. Not one share: about as much is in flight then, and small batches cost more.
std::size_t Transcription::batch_size() const {
    if (threads_ == 1) return batch_size_;
    const double left_seconds = duration_seconds_ - model::seconds_of_samples(cutter_.heard_samples());
    const double share = left_seconds / (usual_segment_seconds * static_cast<double>(threads_));
    return static_cast<std::size_t>(std::clamp(2 * share, 1.0, static_cast<double>(batch_size_)));
}

base::Result<void> Transcription::submit() {
    if (collected_.empty()) return {};
    while (pool_.full()) {
        if (auto settled = settle_oldest(); !settled) return settled;
    }
    pool_.submit([this, segments = std::exchange(collected_samples_, {})] { return recognise(segments); });
    pending_.push_back(std::exchange(collected_, {}));
    batch_size_ = std::min(2 * batch_size_, best_batch);
    return {};
}

// On one of the shared threads.
Transcription::Recognitions Transcription::recognise(const std::vector<std::vector<float>>& segments) const {
    const CpuAccount account(engine_cpu_ns_);
    const std::vector<std::span<const float>> views(segments.begin(), segments.end());
    Recognitions recognitions = recogniser_.recognise_all(views);
    for (std::size_t i = 0; speaker_model_ != nullptr && i < views.size(); ++i) {
        if (recognitions[i]) hear_voices(*speaker_model_, views[i], *recognitions[i]);
    }
    return recognitions;
}

base::Result<void> Transcription::settle_oldest() {
    const std::vector<Planned> batch = std::move(pending_.front());
    pending_.pop_front();
    const Recognitions recognitions = pool_.take();
    std::size_t next = 0;
    for (const Planned& planned : batch) {
        if (!planned.skipped.empty()) {
            stitcher_.add_skipped(planned.segment, planned.skipped);
            continue;
        }
        const auto& recognition = recognitions.at(next++);
        if (!recognition) return std::unexpected(recognition.error());
        stitcher_.add_recognised(planned.segment, *recognition);
        if (diarization_) diarization_->add(planned.segment, recognition->voices);
    }
    tell();
    return {};
}

base::Result<void> Transcription::settle_ready() {
    while (pool_.ready()) {
        if (auto settled = settle_oldest(); !settled) return settled;
    }
    return {};
}

base::Result<model::Transcript> Transcription::finish() {
    cutter_.finish();
    if (auto begun = begin_segments(); !begun) return std::unexpected(begun.error());
    if (auto submitted = submit(); !submitted) return std::unexpected(submitted.error());
    while (!pending_.empty()) {
        if (auto settled = settle_oldest(); !settled) return std::unexpected(settled.error());
    }
    model::Transcript transcript = stitcher_.finish(cutter_.heard_samples(), cutter_.told_channels());
    if (diarization_) std::move(*diarization_).finish(transcript);
    progress_({transcript.duration_seconds, transcript.duration_seconds});
    return transcript;
}

// Before the first sample of anything that is not settled.
std::int64_t Transcription::final_until() const {
    std::int64_t until = cutter_.first_needed_sample();
    for (const auto& batch : pending_) {
        for (const Planned& planned : batch)
            until = std::min(until, planned.segment.span.start);
    }
    for (const Planned& planned : collected_)
        until = std::min(until, planned.segment.span.start);
    return until;
}

void Transcription::tell() {
    const std::int64_t heard = cutter_.heard_samples();
    told_at_ = heard;
    progress_({model::seconds_of_samples(heard), model::seconds_of_samples(std::min(final_until(), heard))});
}

}  // namespace

base::Result<model::Transcript> transcribe(media::PcmSource& source, const VoiceActivityModel& voice_activity,
                                           const Recogniser& recogniser, runtime::Threads& threads,
                                           const TranscribeOptions& options, const ProgressListener& progress,
                                           const std::atomic<bool>& stop) {
    Transcription transcription(source, voice_activity, recogniser, threads, options, progress);
    while (true) {
        if (stop) return base::fail(base::ErrorCode::cancelled, "the transcription was stopped");
        const auto samples = source.read();
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return transcription.finish();
        if (auto pushed = transcription.push(*samples); !pushed) return std::unexpected(pushed.error());
    }
}

}  // namespace speech
