#include "speech/alignment.hpp"

#include <cstdint>
#include <limits>

namespace speech {
namespace {

// The best way to have cut the frames before each one into the steps so far, step by step.
class Cuts {
  public:
    explicit Cuts(std::size_t frames) : frames_(frames), sums_(frames + 1, impossible) { sums_.front() = 0; }

    void add_step(std::span<const float> scores) {
        std::vector<double> next(frames_ + 1, impossible);
        std::vector<std::uint32_t>& begins = begins_.emplace_back(frames_ + 1);
        double best = impossible;  // of the sums that end before this frame, less what stands before them in this step
        std::uint32_t best_begin = 0;
        double before = 0;
        for (std::size_t frame = 0; frame < frames_; ++frame) {
            if (sums_[frame] - before > best) {
                best = sums_[frame] - before;
                best_begin = static_cast<std::uint32_t>(frame);
            }
            before += static_cast<double>(scores[frame]);
            next[frame + 1] = best + before;
            begins[frame + 1] = best_begin;
        }
        sums_ = std::move(next);
    }

    [[nodiscard]] std::vector<std::size_t> starts() const {
        std::vector<std::size_t> starts(begins_.size());
        std::size_t end = frames_;
        for (std::size_t step = begins_.size(); step-- > 0;)
            starts[step] = end = begins_[step][end];
        return starts;
    }

  private:
    static constexpr double impossible = -std::numeric_limits<double>::infinity();
    std::size_t frames_;
    std::vector<double> sums_;                        // by the frame after the last
    std::vector<std::vector<std::uint32_t>> begins_;  // of each step, by the frame after its last
};

}  // namespace

std::vector<std::size_t> align(std::span<const float> scores, std::size_t steps, std::size_t frames) {
    std::vector<std::size_t> starts(steps);
    if (steps > frames) {
        for (std::size_t step = 0; step < steps; ++step)
            starts[step] = step * frames / steps;
        return starts;
    }
    Cuts cuts(frames);
    for (std::size_t step = 0; step < steps; ++step)
        cuts.add_step(scores.subspan(step * frames, frames));
    return cuts.starts();
}

}  // namespace speech
