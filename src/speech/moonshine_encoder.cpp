#include "speech/moonshine_encoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "speech/attention.hpp"

namespace speech {
namespace {

constexpr std::size_t rows_at_once = 96;  // of the feed-forward layer, so that its rows stay near
constexpr std::size_t shortest_samples =
    front_first_taps + front_first_stride * (front_second_taps - 1 + front_second_stride * 2);

std::size_t windows(std::size_t size, std::size_t taps, std::size_t stride) {
    return (size - taps) / stride + 1;
}

// Mean and variance over all values, summed in one order whatever the compiler makes of it.
struct Moments {
    double mean = 0;
    double variance = 0;
};

Moments moments_of(std::span<const float> values) {
    constexpr std::size_t chains = 8;
    std::array<double, chains> sums{};
    std::array<double, chains> squares{};
    for (std::size_t i = 0; i + chains <= values.size(); i += chains) {
        for (std::size_t chain = 0; chain < chains; ++chain) {
            const double value = values[i + chain];
            sums[chain] += value;
            squares[chain] += value * value;
        }
    }
    double sum = 0;
    double square = 0;
    for (std::size_t chain = 0; chain < chains; ++chain) {
        sum += sums[chain];
        square += squares[chain];
    }
    const auto count = static_cast<double>(values.size());
    return {sum / count, std::max(0.0, square / count - sum / count * (sum / count))};
}

// One group of all channels: the loudness of the whole segment is taken out.
void normalise_group(const FrontWeights& front, std::size_t width, std::vector<float>& values) {
    const Moments moments = moments_of(values);
    const auto share = static_cast<float>(1 / std::sqrt(moments.variance + double{normalise_epsilon}));
    const auto mean = static_cast<float>(moments.mean);
    for (std::size_t row = 0; row < values.size(); row += width) {
        for (std::size_t i = 0; i < width; ++i)
            values[row + i] = (values[row + i] - mean) * share * front.norm_weight[i] + front.norm_bias[i];
    }
}

Frames convolve(const MatrixKernels& kernels, const PackedMatrix& matrix, std::span<const float> samples,
                std::size_t stride) {
    const std::size_t step = matrix.lines() * line_floats;
    Frames out{windows(samples.size(), matrix.inputs(), stride), {}};
    out.values.resize(out.count * step);
    kernels.multiply(matrix, 0, matrix.lines(), samples.data(), stride, out.count, out.values.data(), step);
    return out;
}

Frames convolve(const MatrixKernels& kernels, const PairedMatrix& matrix, const Frames& in, std::size_t stride) {
    const std::size_t in_width = in.values.size() / in.count;
    const std::size_t step = matrix.lines() * line_floats;
    std::vector<BFloat> rounded(in.values.size());
    kernels.round(in.values.data(), in.values.size(), rounded.data());
    Frames out{windows(in.count, matrix.inputs() / in_width, stride), {}};
    out.values.resize(out.count * step);
    kernels.multiply_pairs(matrix, rounded.data(), stride * in_width, out.count, out.values.data(), step);
    return out;
}

Frames run_front(const FrontWeights& front, std::size_t width, const MatrixKernels& kernels,
                 std::span<const float> samples) {
    Frames frames = convolve(kernels, front.first, samples, front_first_stride);
    kernels.tanh(frames.values.data(), frames.values.size());
    normalise_group(front, width, frames.values);
    frames = convolve(kernels, front.second, frames, front_second_stride);
    kernels.gelu(frames.values.data(), frames.values.size());
    frames = convolve(kernels, front.third, frames, front_third_stride);
    kernels.gelu(frames.values.data(), frames.values.size());
    return frames;
}

// The rows of the layers; what is between them is used again from layer to layer.
class Layers {
  public:
    Layers(const MoonshineWeights& weights, const MatrixKernels& kernels, Frames& frames)
        : shape_(weights.shape),
          kernels_(kernels),
          frames_(frames),
          rotary_(weights.rotary_frequencies, frames.count),
          norm_(frames.values.size()),
          query_(frames.values.size()),
          key_(frames.values.size()),
          value_(frames.values.size()) {}

    void run(const EncoderLayerWeights& layer) {
        attend(layer);
        for (std::size_t row = 0; row < frames_.count; row += rows_at_once)
            feed_forward(layer, row, std::min(rows_at_once, frames_.count - row));
    }

  private:
    void round(const float* values, std::size_t size) {
        rounded_.resize(std::max(rounded_.size(), size));
        kernels_.round(values, size, rounded_.data());
    }
    // Of all that was rounded last.
    void multiply(const PairedMatrix& matrix, std::vector<float>& out) const {
        kernels_.multiply_pairs(matrix, rounded_.data(), shape_.width, frames_.count, out.data(), shape_.width);
    }

    void attend(const EncoderLayerWeights& layer) {
        const std::size_t width = shape_.width;
        kernels_.normalise(frames_.values.data(), width, frames_.count, width, layer.attention_norm.data(),
                           norm_.data());
        round(norm_.data(), norm_.size());
        multiply(layer.attention.query, query_);
        multiply(layer.attention.key, key_);
        multiply(layer.attention.value, value_);
        for (std::size_t row = 0; row < frames_.count; ++row) {
            rotary_.turn(query_.data() + row * width, shape_.heads, shape_.head_width(), row);
            rotary_.turn(key_.data() + row * width, shape_.heads, shape_.head_width(), row);
        }
        attend_to_all();
        round(norm_.data(), norm_.size());
        multiply(layer.attention.output, value_);
        kernels_.add(frames_.values.data(), value_.data(), frames_.values.size());
    }

    // Every frame to all of them.
    void attend_to_all() {
        const std::size_t width = shape_.width;
        KeysAndValues<BFloat> sequence(shape_.heads, shape_.head_width(), frames_.count);
        keys_.resize(key_.size());
        kernels_.round(key_.data(), key_.size(), keys_.data());
        round(value_.data(), value_.size());
        sequence.fill(keys_.data(), rounded_.data(), frames_.count);
        round(query_.data(), query_.size());
        sequence.attend(kernels_, rounded_.data(), width, frames_.count, attention_room_, norm_.data());
    }

    void feed_forward(const EncoderLayerWeights& layer, std::size_t first, std::size_t rows) {
        const std::size_t width = shape_.width;
        const std::size_t wide = layer.expand.lines() * line_floats;
        float* frames = frames_.values.data() + first * width;
        room_.resize(rows_at_once * wide);
        kernels_.normalise(frames, width, rows, width, layer.feed_forward_norm.data(), norm_.data());
        round(norm_.data(), rows * width);
        kernels_.multiply_pairs(layer.expand, rounded_.data(), width, rows, room_.data(), wide);
        kernels_.gelu(room_.data(), rows * wide);
        round(room_.data(), rows * wide);
        kernels_.multiply_pairs(layer.contract, rounded_.data(), wide, rows, norm_.data(), width);
        kernels_.add(frames, norm_.data(), rows * width);
    }

    const MoonshineShape& shape_;
    const MatrixKernels& kernels_;
    Frames& frames_;
    Rotary rotary_;
    std::vector<float> norm_;
    std::vector<float> query_;
    std::vector<float> key_;
    std::vector<float> value_;
    std::vector<float> room_;
    std::vector<BFloat> rounded_;
    std::vector<BFloat> keys_;
    AttentionRoom attention_room_;
};

}  // namespace

Frames encode(const MoonshineWeights& weights, const MatrixKernels& kernels, std::span<const float> samples) {
    const std::size_t width = weights.shape.width;
    std::vector<float> filled;
    if (samples.size() < shortest_samples) {
        filled.assign(samples.begin(), samples.end());
        filled.resize(shortest_samples);
        samples = filled;
    }
    Frames frames = run_front(weights.encoder.front, width, kernels, samples);
    Layers layers(weights, kernels, frames);
    for (const EncoderLayerWeights& layer : weights.encoder.layers)
        layers.run(layer);
    kernels.normalise(frames.values.data(), width, frames.count, width, weights.encoder.norm.data(),
                      frames.values.data());
    return frames;
}

}  // namespace speech
