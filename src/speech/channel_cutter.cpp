#include "speech/channel_cutter.hpp"

#include <algorithm>
#include <utility>

namespace speech {
namespace {

// Codecs make two channels of one sound differ a little, most so where it is quiet: their difference is measured over a
// third of a second, and nobody understands a word that is 10 dB beneath another.
constexpr double keep = 0.9;  // of what was measured, a block
constexpr double same_within = 0.1;

std::vector<float> channel_of(std::span<const float> block, std::size_t channel, std::size_t channels) {
    std::vector<float> samples;
    samples.reserve(block.size() / channels);
    for (std::size_t i = channel; i < block.size(); i += channels)
        samples.push_back(block[i]);
    return samples;
}

}  // namespace

ChannelCutter::ChannelCutter(const VoiceActivityModel& voice_activity, const ChannelLayout& layout,
                             std::atomic<std::int64_t>* engine_cpu_ns)
    : layout_(layout), likeness_(channels()) {
    std::vector<std::size_t> all(channels());
    for (std::size_t channel = 0; channel < all.size(); ++channel)
        all[channel] = channel;
    groups_.push_back(std::make_unique<Group>(std::move(all), SegmentCutter(voice_activity, engine_cpu_ns)));
}

// In blocks that begin at the same moments whatever is pushed at once.
void ChannelCutter::push(std::span<const float> samples) {
    const std::size_t block = static_cast<std::size_t>(vad_frame_samples) * channels();
    if (!waiting_.empty()) {
        const auto missing = samples.first(std::min(samples.size(), block - waiting_.size()));
        waiting_.insert(waiting_.end(), missing.begin(), missing.end());
        samples = samples.subspan(missing.size());
        if (waiting_.size() < block) return;
        push_block(std::exchange(waiting_, {}));
    }
    for (; samples.size() >= block; samples = samples.subspan(block))
        push_block(samples.first(block));
    waiting_.assign(samples.begin(), samples.end());
}

void ChannelCutter::finish() {
    if (!waiting_.empty()) push_block(std::exchange(waiting_, {}));
    for (const auto& group : groups_)
        group->cutter.finish();
    collect();
}

std::optional<CutSegment> ChannelCutter::next() {
    if (ready_.empty()) return std::nullopt;
    CutSegment segment = std::move(ready_.front());
    ready_.pop_front();
    return segment;
}

std::int64_t ChannelCutter::heard_samples() const {
    return groups_.front()->cutter.heard_samples() + std::ssize(waiting_) / layout_.channels;
}

std::int64_t ChannelCutter::first_needed_sample() const {
    std::int64_t first = heard_samples();
    for (const auto& group : groups_)
        first = std::min(first, group->cutter.first_needed_sample());
    return first;
}

void ChannelCutter::push_block(std::span<const float> block) {
    part(block);
    for (const auto& group : groups_)
        group->cutter.push(channel_of(block, group->channels.front(), channels()));
    collect();
}

// A channel that goes its own way takes what was heard so far with it.
void ChannelCutter::part(std::span<const float> block) {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
        Group& group = *groups_[i];
        const std::size_t leader = group.channels.front();
        const auto goes_along = [&](std::size_t channel) { return are_same(block, leader, channel); };
        const auto others = std::ranges::stable_partition(group.channels.begin() + 1, group.channels.end(), goes_along);
        if (others.empty()) continue;
        for (const std::size_t channel : others)
            likeness_[channel] = {};
        groups_.push_back(
            std::make_unique<Group>(std::vector<std::size_t>(others.begin(), others.end()), group.cutter));
        group.channels.erase(others.begin(), others.end());
    }
    std::ranges::sort(groups_, {}, [](const auto& group) { return group->channels.front(); });
}

bool ChannelCutter::are_same(std::span<const float> block, std::size_t leader, std::size_t channel) {
    Likeness& likeness = likeness_[channel];
    likeness.difference *= keep;
    likeness.energy *= keep;
    for (std::size_t i = 0; i < block.size(); i += channels()) {
        const auto a = static_cast<double>(block[i + leader]);
        const auto b = static_cast<double>(block[i + channel]);
        likeness.difference += (a - b) * (a - b);
        likeness.energy += std::max(a * a, b * b);
    }
    return likeness.difference <= same_within * likeness.energy;
}

void ChannelCutter::collect() {
    for (const auto& group : groups_) {
        while (auto segment = group->cutter.next()) {
            if (layout_.told) segment->plan.channel = static_cast<int>(group->channels.front());
            ready_.push_back(*std::move(segment));
        }
    }
}

}  // namespace speech
