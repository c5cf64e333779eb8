// Cuts a stream of several channels, each on its own, into one order of segments: those that are complete first come
// first. Channels that carry the same sound since the beginning are heard once, under the first of their numbers, until
// they part. The same samples give the same segments in the same order, however they are cut into blocks. Bounded
// memory: a cutter (cutter.hpp) a channel.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "speech/cutter.hpp"

namespace speech {

/// What a stream has: how many channels, and whether segments say of which they are.
struct ChannelLayout {
    int channels = 1;
    bool told = false;  // with one channel only, it may be no one's: the mix of all
};

/// Belongs to one thread; the model must outlive it.
class ChannelCutter {
  public:
    ChannelCutter(const VoiceActivityModel& voice_activity, const ChannelLayout& layout,
                  std::atomic<std::int64_t>* engine_cpu_ns = nullptr);

    /// The next samples, interleaved, whole moments of all channels; then take what next() has, until it has nothing.
    void push(std::span<const float> samples);
    /// There are no more samples; then take what next() still has.
    void finish();
    /// The next segment, with its channel in the plan.
    [[nodiscard]] std::optional<CutSegment> next();

    /// How many samples of each channel were pushed so far.
    [[nodiscard]] std::int64_t heard_samples() const;
    /// Samples before this one are in no segment that is still to come.
    [[nodiscard]] std::int64_t first_needed_sample() const;
    /// How many channels were heard, each with a sound of its own; 0 when segments do not say of which they are.
    [[nodiscard]] int told_channels() const { return layout_.told ? static_cast<int>(groups_.size()) : 0; }

  private:
    // Channels that carry the same sound so far.
    struct Group {
        std::vector<std::size_t> channels;
        SegmentCutter cutter;
    };
    // Of a channel and the first of its group.
    struct Likeness {
        double difference = 0;  // energy, running
        double energy = 0;      // of the louder one, running
    };
    void push_block(std::span<const float> block);
    void part(std::span<const float> block);
    [[nodiscard]] bool are_same(std::span<const float> block, std::size_t leader, std::size_t channel);
    void collect();
    [[nodiscard]] std::size_t channels() const { return static_cast<std::size_t>(layout_.channels); }

    ChannelLayout layout_;
    std::vector<std::unique_ptr<Group>> groups_;  // in the order of their first channels
    std::vector<Likeness> likeness_;              // by channel
    std::vector<float> waiting_;                  // less than a block
    std::deque<CutSegment> ready_;
};

}  // namespace speech
