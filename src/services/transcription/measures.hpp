// What /metrics tells of transcription. Any thread.
#pragma once
#include <cstdint>

#include "base/error.hpp"
#include "runtime/metrics.hpp"

namespace transcription {

class Measures {
  public:
    explicit Measures(runtime::Metrics& metrics);
    /// A run that was assembled, this long after it was queued.
    void completed(double duration_seconds, double video_seconds) const;
    void failed(base::ErrorCode code) const;
    void recognised(std::int64_t samples) const;

  private:
    runtime::Histogram& duration_seconds_;
    runtime::Histogram& video_minutes_;
    runtime::Counter& completed_;
    runtime::Counter& audio_seconds_;
    runtime::Family<runtime::Counter>& errors_;
};

}  // namespace transcription
