// What /metrics tells of transcription. Any thread.
#pragma once
#include <cstdint>

#include "base/error.hpp"
#include "runtime/metrics.hpp"
#include "speech/live_delay.hpp"

namespace transcription {

class Measures {
  public:
    explicit Measures(runtime::Metrics& metrics);
    /// A run that was assembled, this long after it was queued.
    void completed(double duration_seconds, double video_seconds) const;
    void failed(base::ErrorCode code) const;
    void recognised(std::int64_t samples) const;
    /// How many live streams are open.
    [[nodiscard]] runtime::Gauge& live_streams() const { return live_streams_; }
    /// A live stream that came to its end.
    void live_ended(const speech::LiveDelay& delay) const;

  private:
    runtime::Histogram& duration_seconds_;
    runtime::Histogram& video_minutes_;
    runtime::Counter& completed_;
    runtime::Counter& audio_seconds_;
    runtime::Family<runtime::Counter>& errors_;
    runtime::Gauge& live_streams_;
    runtime::Family<runtime::Histogram>& live_delay_seconds_;
};

}  // namespace transcription
