#include "decode/frame_samples.hpp"

#include <cmath>
#include <limits>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/samplefmt.h>
}

namespace decode {
namespace {

constexpr float loudest = 8;  // floating point sound may exceed full scale, but not without end

template <class Sample>
float to_float(Sample sample) {
    if constexpr (std::is_same_v<Sample, std::uint8_t>) {
        return (static_cast<float>(sample) - 128.0F) / 128.0F;
    } else if constexpr (std::is_integral_v<Sample>) {
        constexpr Sample half_scale = std::numeric_limits<Sample>::max() / 2 + 1;
        constexpr float full_scale = 1.0F / (static_cast<float>(half_scale) * 2.0F);
        return static_cast<float>(sample) * full_scale;
    } else {
        const auto value = static_cast<float>(sample);
        return std::abs(value) <= loudest ? value : (value > 0 ? loudest : (value < 0 ? -loudest : 0.0F));
    }
}

template <class Sample>
void copy(const AVFrame& frame, std::size_t skip, std::vector<std::vector<float>>& planes) {
    const bool planar = av_sample_fmt_is_planar(static_cast<AVSampleFormat>(frame.format)) != 0;
    const std::size_t step = planar ? 1 : planes.size();
    for (std::size_t channel = 0; channel < planes.size(); ++channel) {
        const auto* first = reinterpret_cast<const Sample*>(frame.extended_data[planar ? channel : 0]);
        const Sample* source = first + (planar ? 0 : channel) + skip * step;
        for (std::size_t i = 0; i < planes[channel].size(); ++i)
            planes[channel][i] = to_float(source[i * step]);
    }
}

ChannelRole role_of(AVChannel channel) {
    switch (channel) {
        case AV_CHAN_FRONT_CENTER:
            return ChannelRole::centre;
        case AV_CHAN_FRONT_LEFT:
        case AV_CHAN_FRONT_RIGHT:
        case AV_CHAN_FRONT_LEFT_OF_CENTER:
        case AV_CHAN_FRONT_RIGHT_OF_CENTER:
        case AV_CHAN_STEREO_LEFT:
        case AV_CHAN_STEREO_RIGHT:
            return ChannelRole::front;
        case AV_CHAN_LOW_FREQUENCY:
        case AV_CHAN_LOW_FREQUENCY_2:
            return ChannelRole::low_frequency;
        case AV_CHAN_NONE:
        case AV_CHAN_UNKNOWN:
            return ChannelRole::unknown;
        default:
            return ChannelRole::surround;
    }
}

}  // namespace

std::vector<ChannelRole> roles_of(const AVFrame& frame) {
    const int count = frame.ch_layout.nb_channels;
    if (count < 1 || count > max_channels) return {};
    std::vector<ChannelRole> roles(static_cast<std::size_t>(count), ChannelRole::unknown);
    if (frame.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC || frame.ch_layout.order == AV_CHANNEL_ORDER_AMBISONIC)
        return roles;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        roles[i] = role_of(av_channel_layout_channel_from_index(&frame.ch_layout, static_cast<unsigned>(i)));
    }
    return roles;
}

bool read_planes(const AVFrame& frame, std::size_t skip, std::vector<std::vector<float>>& planes) {
    planes.resize(static_cast<std::size_t>(frame.ch_layout.nb_channels));
    for (auto& plane : planes)
        plane.resize(static_cast<std::size_t>(frame.nb_samples) - skip);
    switch (av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format))) {
        case AV_SAMPLE_FMT_U8:
            copy<std::uint8_t>(frame, skip, planes);
            return true;
        case AV_SAMPLE_FMT_S16:
            copy<std::int16_t>(frame, skip, planes);
            return true;
        case AV_SAMPLE_FMT_S32:
            copy<std::int32_t>(frame, skip, planes);
            return true;
        case AV_SAMPLE_FMT_S64:
            copy<std::int64_t>(frame, skip, planes);
            return true;
        case AV_SAMPLE_FMT_FLT:
            copy<float>(frame, skip, planes);
            return true;
        case AV_SAMPLE_FMT_DBL:
            copy<double>(frame, skip, planes);
            return true;
        default:
            return false;
    }
}

}  // namespace decode
