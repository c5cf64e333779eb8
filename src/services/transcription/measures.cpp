#include "services/transcription/measures.hpp"

#include <array>
#include <string>

#include "model/audio.hpp"

namespace transcription {
namespace {

constexpr std::array duration_bounds{1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 150.0, 300.0, 600.0, 1800.0, 3600.0, 14400.0};
constexpr std::array delay_bounds{0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0};
constexpr std::array video_bounds{0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 240.0, 480.0, 720.0};

}  // namespace

Measures::Measures(runtime::Metrics& metrics)
    : duration_seconds_(metrics
                            .histogram({"transcription_duration_seconds", "From a run's queueing to its transcript."},
                                       duration_bounds)
                            .with()),
      video_minutes_(
          metrics.histogram({"video_duration_minutes", "Length of the videos that were transcribed."}, video_bounds)
              .with()),
      completed_(metrics.counter({"transcriptions_completed_total", "Runs that gave a transcript."}).with()),
      audio_seconds_(
          metrics.counter({"transcription_audio_seconds_total", "Audio that was recognised, in seconds."}).with()),
      errors_(metrics.counter({"transcription_errors_total", "Runs that failed, by error code.", {"code"}})),
      live_streams_(metrics.gauge({"live_streams", "Live streams that are open."}).with()),
      live_delay_seconds_(metrics.histogram({"live_delay_seconds",
                                             "From speech to its first text, a value for each live stream at its end.",
                                             {"percentile"}},
                                            delay_bounds)) {}

void Measures::completed(double duration_seconds, double video_seconds) const {
    completed_.add();
    duration_seconds_.observe(duration_seconds);
    video_minutes_.observe(video_seconds / 60);
}

void Measures::failed(base::ErrorCode code) const {
    errors_.with({std::string(base::code_name(code))}).add();
}

void Measures::recognised(std::int64_t samples) const {
    audio_seconds_.add(model::seconds_of_samples(samples));
}

void Measures::live_ended(const speech::LiveDelay& delay) const {
    live_delay_seconds_.with({"50"}).observe(delay.percentile_seconds(0.5));
    live_delay_seconds_.with({"95"}).observe(delay.percentile_seconds(0.95));
}

}  // namespace transcription
