#include "decode/mono_mixer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace decode {
namespace {

constexpr double memory_seconds = 0.25;
constexpr double block_seconds = 0.02;
constexpr double loudest_scale = 4;       // a channel of the least weight alone needs 2.9
constexpr double clear_agreement = 0.25;  // of what full agreement would be; below it the sign stays as it is

float weight_of(ChannelRole role) {
    switch (role) {
        case ChannelRole::centre:
            return 1.0F;
        case ChannelRole::front:
            return 0.7F;
        case ChannelRole::surround:
            return 0.35F;
        case ChannelRole::low_frequency:
            return 0.0F;
        case ChannelRole::unknown:
            return 0.7F;
    }
    return 0.7F;
}

// Eight sums side by side, so that the compiler may use vector registers without being allowed to reorder at will.
double dot(std::span<const float> a, std::span<const float> b) {
    std::array<float, 8> lanes{};
    std::size_t i = 0;
    for (; i + lanes.size() <= a.size(); i += lanes.size()) {
        for (std::size_t lane = 0; lane < lanes.size(); ++lane)
            lanes[lane] += a[i + lane] * b[i + lane];
    }
    double sum = 0;
    for (; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    for (const float lane : lanes)
        sum += static_cast<double>(lane);
    return sum;
}

// sum += input * (a factor that goes evenly from `from` to `to`)
void add_ramped(std::span<const float> input, float from, float to, std::span<float> sum) {
    const float step = (to - from) / static_cast<float>(sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += input[i] * (from + step * static_cast<float>(i + 1));
}

void scale_ramped(float from, float to, std::span<float> samples) {
    const float step = (to - from) / static_cast<float>(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = std::clamp(samples[i] * (from + step * static_cast<float>(i + 1)), -1.0F, 1.0F);
    }
}

}  // namespace

MonoMixer::MonoMixer(std::span<const ChannelRole> roles, int rate_hz)
    : block_samples_(static_cast<std::size_t>(std::max(1.0, block_seconds * rate_hz))),
      samples_of_memory_(memory_seconds * rate_hz) {
    for (std::size_t plane = 0; plane < roles.size(); ++plane) {
        const float weight = weight_of(roles[plane]);
        if (weight > 0) channels_.push_back({.plane = plane, .weight = weight});
    }
    if (channels_.empty()) channels_.push_back({.plane = 0, .weight = 1});  // nothing but low frequencies
    std::ranges::sort(channels_, [](const Channel& a, const Channel& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.plane < b.plane;
    });
    if (channels_.size() == 1) channels_.front().weight = 1;
}

void MonoMixer::mix(std::span<const std::vector<float>> planes, std::vector<float>& out) {
    const std::size_t size = planes.front().size();
    const std::size_t written = out.size();
    out.resize(written + size);  // zeros: the sum starts from there
    for (std::size_t start = 0; start < size; start += block_samples_) {
        mix_block(planes, start, std::span(out).subspan(written + start, std::min(block_samples_, size - start)));
    }
}

void MonoMixer::mix_block(std::span<const std::vector<float>> planes, std::size_t start, std::span<float> out) {
    if (channels_.size() == 1) {
        add_ramped(std::span(planes[channels_.front().plane]).subspan(start, out.size()), 1, 1, out);
        return scale_ramped(1, 1, out);
    }
    keep_ = std::exp(-static_cast<double>(out.size()) / samples_of_memory_);
    for (Channel& channel : channels_)
        add(channel, std::span(planes[channel.plane]).subspan(start, out.size()), out);
    mixed_energy_ = mixed_energy_ * keep_ + dot(out, out);
    const float scale = scale_for(mixed_energy_);
    scale_ramped(scale_ > 0 ? scale_ : scale, scale, out);
    if (mixed_energy_ > 0) scale_ = scale;
}

void MonoMixer::add(Channel& channel, std::span<const float> input, std::span<float> sum) {
    channel.energy = channel.energy * keep_ + dot(input, input);
    channel.agreement = channel.agreement * keep_ + dot(input, sum);
    channel.sum_energy = channel.sum_energy * keep_ + dot(sum, sum);
    const double clear = clear_agreement * std::sqrt(channel.energy * channel.sum_energy);
    const float before = channel.sign;
    if (std::abs(channel.agreement) > clear) channel.sign = channel.agreement < 0 ? -1.0F : 1.0F;
    add_ramped(input, channel.weight * (channel.heard ? before : channel.sign), channel.weight * channel.sign, sum);
    channel.heard = channel.heard || (channel.energy > 0 && channel.sum_energy > 0);
}

float MonoMixer::scale_for(double sum_energy) const {
    const double loudest = std::ranges::max(channels_, {}, &Channel::energy).energy;
    return sum_energy > 0 ? static_cast<float>(std::min(std::sqrt(loudest / sum_energy), loudest_scale)) : 1.0F;
}

}  // namespace decode
