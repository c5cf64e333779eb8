#include "decode/resampler.hpp"

#include <cstddef>

#include "model/audio.hpp"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}

namespace decode {
namespace {

using base::ErrorCode;

constexpr int lowest_rate_hz = 2000;
constexpr int highest_rate_hz = 768'000;

std::unexpected<base::Error> out_of_memory() {
    return base::fail(ErrorCode::decoder_out_of_memory,
                      "there is no memory to convert the sample rate; raise the limit");
}

}  // namespace

void Resampler::Free::operator()(SwrContext* context) const {
    swr_free(&context);
}

base::Result<Resampler> Resampler::make(int rate_hz) {
    if (rate_hz < lowest_rate_hz || rate_hz > highest_rate_hz) {
        return base::fail(ErrorCode::media_corrupt, "the audio claims a sample rate of " + std::to_string(rate_hz) +
                                                        " Hz, which cannot be right; export it again");
    }
    Resampler resampler;
    if (rate_hz == model::sample_rate_hz) return resampler;
    AVChannelLayout mono{};
    av_channel_layout_default(&mono, 1);
    SwrContext* context = nullptr;
    const int fault = swr_alloc_set_opts2(&context, &mono, AV_SAMPLE_FMT_FLTP, static_cast<int>(model::sample_rate_hz),
                                          &mono, AV_SAMPLE_FMT_FLTP, rate_hz, 0, nullptr);
    resampler.context_.reset(context);
    if (fault < 0 || swr_init(context) < 0) return out_of_memory();
    return resampler;
}

base::Result<void> Resampler::push(std::span<const float> samples, std::vector<float>& out) {
    if (context_ != nullptr) return convert(samples.data(), static_cast<int>(samples.size()), out);
    out.insert(out.end(), samples.begin(), samples.end());
    return {};
}

base::Result<void> Resampler::drain(std::vector<float>& out) {
    return context_ != nullptr ? convert(nullptr, 0, out) : base::Result<void>{};
}

base::Result<void> Resampler::convert(const float* samples, int count, std::vector<float>& out) {
    const int room = swr_get_out_samples(context_.get(), count);
    if (room < 0) return out_of_memory();
    const std::size_t written = out.size();
    out.resize(written + static_cast<std::size_t>(room));
    auto* target = reinterpret_cast<std::uint8_t*>(out.data() + written);
    const auto* source = reinterpret_cast<const std::uint8_t*>(samples);
    const int made = swr_convert(context_.get(), &target, room, samples != nullptr ? &source : nullptr, count);
    if (made < 0) return out_of_memory();
    out.resize(written + static_cast<std::size_t>(made));
    return {};
}

}  // namespace decode
