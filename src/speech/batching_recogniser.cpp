#include "speech/batching_recogniser.hpp"

#include <algorithm>
#include <utility>

namespace speech {

BatchingRecogniser::BatchingRecogniser(std::shared_ptr<const Recogniser> within, std::size_t turns,
                                       std::size_t largest_batch)
    : within_(std::move(within)), largest_batch_(largest_batch), free_turns_(turns) {}

base::Result<Recognition> BatchingRecogniser::recognise(std::span<const float> samples) const {
    return recognise_with(within_, samples);
}

base::Result<Recognition> BatchingRecogniser::recognise_with(const std::shared_ptr<const Recogniser>& recogniser,
                                                             std::span<const float> samples) const {
    Call call{recogniser.get(), samples, {}};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&call);
    // Whoever is awake while a turn is free takes it for the oldest calls, which may not be its own.
    while (!call.result) {
        if (free_turns_ > 0 && !waiting_.empty()) {
            take_turn(lock);
        } else {
            changed_.wait(lock);
        }
    }
    return *std::move(call.result);
}

std::size_t BatchingRecogniser::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

void BatchingRecogniser::take_turn(std::unique_lock<std::mutex>& lock) const {
    const Recogniser* recogniser = waiting_.front()->recogniser;
    std::vector<Call*> calls;
    std::erase_if(waiting_, [&](Call* call) {
        if (call->recogniser != recogniser || calls.size() == largest_batch_) return false;
        calls.push_back(call);
        return true;
    });
    --free_turns_;
    lock.unlock();
    std::vector<std::span<const float>> segments;
    for (const Call* call : calls)
        segments.push_back(call->samples);
    auto results = recogniser->recognise_all(segments);
    lock.lock();
    for (std::size_t i = 0; i < calls.size(); ++i)
        calls[i]->result = std::move(results[i]);
    ++free_turns_;
    changed_.notify_all();
}

}  // namespace speech
