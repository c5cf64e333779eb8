// Where each decoded frame belongs on the media's own clock. Pure arithmetic on time stamps; the samples are elsewhere.
//
// Time stamps are rounded (a millisecond in Matroska), late, missing, repeated or broken. The rules, in this order: a
// frame that starts within the tolerance of where the last one ended continues it, sample by sample, so that rounding
// makes no clicks; a drift that adds up to more than the tolerance is corrected; a later start leaves silence, an
// earlier one is trimmed; a start that nobody can believe moves the clock instead and is told as a discontinuity. After
// a frame was lost, and for the first one, the tolerance is nearly nothing, because there is nothing to continue.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>

namespace decode {

struct TimelinePolicy {
    double tolerance_seconds = 0.040;
    double longest_overlap_seconds = 1;
    double longest_gap_seconds = 3600;
    double believable_end_seconds = std::numeric_limits<double>::infinity();  // no gap may lead past it
};

/// What to do before a frame's samples are used. Silence and the end of a run are in samples of 16 kHz.
struct Placement {
    bool starts_run = false;           // finish the last run first: resampled, it ends at the old end_samples()
    std::int64_t silence_samples = 0;  // then this much silence; only at the start of a run
    std::int64_t trimmed_frames = 0;   // then drop this much of the frame's beginning, in samples of its own rate
    bool discontinuity = false;        // the time stamp was not believed
};

class Timeline {
  public:
    explicit Timeline(TimelinePolicy policy) : policy_(policy) {}

    /// A frame of `frames` samples at `rate_hz`, starting at `start_seconds` (0 is the media's beginning) if it says
    /// so.
    Placement place(std::optional<double> start_seconds, std::int64_t frames, int rate_hz);
    /// Something between the last frame and the next could not be decoded.
    void lose() { exact_ = true; }

    /// Where the next contiguous sample belongs.
    [[nodiscard]] std::int64_t end_samples() const;
    [[nodiscard]] double end_seconds() const;

  private:
    [[nodiscard]] bool believable(double deviation_seconds) const;
    void start_run(std::int64_t start_samples, int rate_hz);

    TimelinePolicy policy_;
    double shift_seconds_ = 0;  // added to every time stamp since a discontinuity
    std::int64_t run_start_samples_ = 0;
    std::int64_t run_frames_ = 0;
    int run_rate_hz_ = 0;
    bool exact_ = true;
    bool began_ = false;
};

}  // namespace decode
