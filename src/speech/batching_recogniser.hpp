// A recogniser whose concurrent callers share batches: while all its turns are taken, those who come wait together and
// are recognised together, which costs less than one by one. Results are those of the recogniser within.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "speech/recogniser.hpp"

namespace speech {

class BatchingRecogniser final : public Recogniser {
  public:
    /// At most `turns` batches at once, of at most `largest_batch` segments; both at least 1.
    BatchingRecogniser(std::shared_ptr<const Recogniser> within, std::size_t turns, std::size_t largest_batch);

    /// Any number of threads; one more than `turns` waits. No thread is needed but those of the callers.
    [[nodiscard]] base::Result<Recognition> recognise(std::span<const float> samples) const override;
    /// By another recogniser of the same engine (Recogniser::with_phrases), under the same turns; callers with the same
    /// one share batches.
    [[nodiscard]] base::Result<Recognition> recognise_with(const std::shared_ptr<const Recogniser>& recogniser,
                                                           std::span<const float> samples) const;
    [[nodiscard]] std::vector<base::Result<Recognition>> recognise_all(
        std::span<const std::span<const float>> segments) const override {
        return within_->recognise_all(segments);
    }
    [[nodiscard]] const std::string& fingerprint() const override { return within_->fingerprint(); }
    [[nodiscard]] const std::vector<std::string>& languages() const override { return within_->languages(); }

    /// How many callers wait for a turn just now.
    [[nodiscard]] std::size_t waiting() const;

  private:
    struct Call {
        const Recogniser* recogniser;
        std::span<const float> samples;
        std::optional<base::Result<Recognition>> result;
    };
    void take_turn(std::unique_lock<std::mutex>& lock) const;

    const std::shared_ptr<const Recogniser> within_;
    const std::size_t largest_batch_;
    mutable std::mutex mutex_;  // of the following three
    mutable std::condition_variable changed_;
    mutable std::deque<Call*> waiting_;  // first come, first served; each lives on its caller's stack
    mutable std::size_t free_turns_;
};

}  // namespace speech
