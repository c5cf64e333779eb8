#include "speech/speaker_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

namespace speech {
namespace {

constexpr std::size_t taps = 3;
constexpr std::size_t block_values = 64 * 1024;  // of a stack: 128 KiB, which the second cache holds beside the matrix

void become_positive(std::span<float> values) {
    for (float& value : values)
        value = std::max(value, 0.0F);
}

void make_length_one(std::vector<float>& values) {
    const float length = std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0F));
    if (length == 0) return;
    for (float& value : values)
        value /= length;
}

// Of each value over the window's frames. The deviation is that of a sample.
void put_statistics(std::span<const float> window, std::size_t size, float* means, float* deviations) {
    const std::size_t length = window.size() / size;
    const auto count = static_cast<double>(length);
    std::vector<double> sums(size);
    std::vector<double> squares(size);
    for (std::size_t frame = 0; frame < length; ++frame) {
        for (std::size_t i = 0; i < size; ++i)
            sums[i] += static_cast<double>(window[frame * size + i]);
    }
    for (std::size_t frame = 0; frame < length; ++frame) {
        for (std::size_t i = 0; i < size; ++i) {
            const double distance = static_cast<double>(window[frame * size + i]) - sums[i] / count;
            squares[i] += distance * distance;
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        means[i] = static_cast<float>(sums[i] / count);
        deviations[i] = static_cast<float>(std::sqrt(squares[i] / std::max(count - 1, 1.0)));
    }
}

// As a row of a stack meets it: the bands' taps, of each the times', of each the channels.
MatrixValues stacked(const Tensor& weights) {
    const std::size_t outputs = weights.shape[0];
    const std::size_t channels = weights.shape[1];
    const std::size_t places = weights.shape[2] * weights.shape[3];
    MatrixValues matrix{places * channels, outputs, std::vector<float>(places * channels * outputs)};
    for (std::size_t output = 0; output < outputs; ++output) {
        for (std::size_t channel = 0; channel < channels; ++channel) {
            for (std::size_t place = 0; place < places; ++place)
                matrix.values[(place * channels + channel) * outputs + output] =
                    weights.values[(output * channels + channel) * places + place];
        }
    }
    return matrix;
}

}  // namespace

// Values by time, band and channel.
struct SpeakerEncoder::Picture {
    std::size_t times = 0;
    std::size_t bands = 0;
    std::size_t channels = 0;
    std::vector<float> values;
};

class SpeakerEncoder::Loader {
  public:
    Loader(const Tensors& tensors, const std::string& name) : tensors_(tensors), name_(name) {}

    base::Result<SpeakerEncoder> load(const MatrixKernels& kernels) const {
        SpeakerEncoder encoder(kernels);
        const auto first = shape_of("conv1");
        if (first.size() != 4 || !is_whole("conv1", first[0], 1, taps)) return broken("conv1");
        encoder.channels_ = first[0];
        encoder.conv1_ = PackedMatrix(stacked(weights("conv1")), bias("conv1"));
        for (std::size_t layer = 1; tensors_.contains(block_name(layer, 0) + "conv1.weight"); ++layer) {
            for (std::size_t block = 0; tensors_.contains(block_name(layer, block) + "conv1.weight"); ++block) {
                if (auto added = add_block(encoder, block_name(layer, block)); !added)
                    return std::unexpected(added.error());
            }
        }
        if (!is_all_used(encoder)) return broken("conv1 of a block");
        const auto last = shape_of("embedding");
        if (last.size() != 2 || last[0] == 0 || last[1] == 0 || last[1] % (2 * encoder.channels_) != 0 ||
            !has_bias("embedding", last[0])) {
            return broken("embedding");
        }
        encoder.outputs_ = last[0];
        encoder.encoded_bands_ = last[1] / (2 * encoder.channels_);
        encoder.embedding_ = embedding_of(encoder);
        return encoder;
    }

  private:
    static std::string block_name(std::size_t layer, std::size_t block) {
        return "layer" + std::to_string(layer) + "." + std::to_string(block) + ".";
    }

    [[nodiscard]] std::unexpected<base::Error> broken(const std::string& tensor) const {
        return base::fail(base::ErrorCode::model_broken, name_ + " is not a speaker encoder: the tensor " + tensor +
                                                             " is missing or has another shape");
    }

    [[nodiscard]] std::vector<std::size_t> shape_of(const std::string& name) const {
        const auto found = tensors_.find(name + ".weight");
        return found == tensors_.end() ? std::vector<std::size_t>{} : found->second.shape;
    }
    [[nodiscard]] bool has_bias(const std::string& name, std::size_t outputs) const {
        const auto found = tensors_.find(name + ".bias");
        return found != tensors_.end() && found->second.shape == std::vector{outputs};
    }
    [[nodiscard]] bool is_whole(const std::string& name, std::size_t outputs, std::size_t inputs,
                                std::size_t across) const {
        return outputs > 0 && outputs % line_floats == 0 &&
               shape_of(name) == std::vector{outputs, inputs, across, across} && has_bias(name, outputs);
    }
    [[nodiscard]] const Tensor& weights(const std::string& name) const {
        return tensors_.find(name + ".weight")->second;
    }
    [[nodiscard]] const std::vector<float>& bias(const std::string& name) const {
        return tensors_.find(name + ".bias")->second.values;
    }
    [[nodiscard]] Convolution convolution(const std::string& name, std::size_t stride) const {
        const Tensor& values = weights(name);
        return {values.shape[1], values.shape[2], stride, PairedMatrix(stacked(values), bias(name))};
    }

    // All that is of a layer must have found its block: after one that is missing nothing is looked for.
    [[nodiscard]] bool is_all_used(const SpeakerEncoder& encoder) const {
        const auto of_layers =
            std::ranges::count_if(tensors_, [](const auto& tensor) { return tensor.first.starts_with("layer"); });
        std::ptrdiff_t used = 0;
        for (const Block& block : encoder.blocks_)
            used += block.shortcut.empty() ? 4 : 6;
        return used == of_layers && used > 0;
    }

    base::Result<void> add_block(SpeakerEncoder& encoder, const std::string& name) const {
        const auto first = shape_of(name + "conv1");
        const std::size_t outputs = first.empty() ? 0 : first[0];
        const bool halves = tensors_.contains(name + "shortcut.weight");
        if (!is_whole(name + "conv1", outputs, encoder.channels_, taps)) return broken(name + "conv1");
        if (!is_whole(name + "conv2", outputs, outputs, taps) || (!halves && outputs != encoder.channels_))
            return broken(name + "conv2");
        if (halves && !is_whole(name + "shortcut", outputs, encoder.channels_, 1)) return broken(name + "shortcut");
        const std::size_t stride = halves ? 2 : 1;
        Block block{convolution(name + "conv1", stride), convolution(name + "conv2", 1), {}};
        if (halves) block.shortcut.push_back(convolution(name + "shortcut", stride));
        encoder.blocks_.push_back(std::move(block));
        encoder.channels_ = outputs;
        encoder.reduction_ *= stride;
        return {};
    }

    // The file has the bands of a channel side by side, an encoded frame the channels of a band.
    [[nodiscard]] PackedMatrix embedding_of(const SpeakerEncoder& encoder) const {
        const Tensor& values = weights("embedding");
        const std::size_t size = encoder.encoded_size();
        MatrixValues matrix{2 * size, encoder.outputs_, std::vector<float>(2 * size * encoder.outputs_)};
        for (std::size_t input = 0; input < 2 * size; ++input) {
            const std::size_t band = input % size / encoder.channels_;
            const std::size_t channel = input % encoder.channels_;
            const std::size_t place = input / size * size + channel * encoder.encoded_bands_ + band;
            for (std::size_t output = 0; output < encoder.outputs_; ++output)
                matrix.values[input * encoder.outputs_ + output] = values.values[output * 2 * size + place];
        }
        return PackedMatrix(matrix, bias("embedding"));
    }

    const Tensors& tensors_;
    const std::string& name_;
};

base::Result<SpeakerEncoder> SpeakerEncoder::make(const Tensors& tensors, const std::string& name,
                                                  const MatrixKernels& kernels) {
    return Loader(tensors, name).load(kernels);
}

// The first convolution, of one channel, in floats: rows of three times' values of a band, nothing beyond the edges.
SpeakerEncoder::Picture SpeakerEncoder::begin(std::span<const float> frames) const {
    const std::size_t times = frames.size() / bands();
    Picture out{times, bands(), conv1_.lines() * line_floats, {}};
    out.values.resize(times * out.bands * out.channels);
    std::vector<float> stack((out.bands + 2) * taps);
    for (std::size_t time = 0; time < times; ++time) {
        for (std::size_t tap = 0; tap < taps; ++tap) {
            const std::size_t from = time + tap;  // of the times with one before them
            for (std::size_t band = 0; band < out.bands; ++band)
                stack[(band + 1) * taps + tap] = from == 0 || from > times ? 0 : frames[(from - 1) * out.bands + band];
        }
        kernels_->multiply(conv1_, 0, conv1_.lines(), stack.data(), taps, out.bands,
                           out.values.data() + time * out.bands * out.channels, out.channels);
    }
    become_positive(out.values);
    return out;
}

// A stack of rows is what the matrix multiplies: at each time of the output each band of the input, and nothing before
// the first and after the last; of each the values of all times that the taps see. So the bands that they see are
// neighbours, and one row begins within another.
SpeakerEncoder::Picture SpeakerEncoder::apply(const Convolution& convolution, const Picture& in) const {
    const std::size_t stride = convolution.stride;
    const std::size_t edge = convolution.taps / 2;
    const std::size_t seen = convolution.taps * in.channels;  // values of a band
    const std::size_t stacked_bands = in.bands + 2 * edge;
    const std::size_t rows_a_time = stacked_bands / stride;  // some at the end see the next time: they are left out
    Picture out{(in.times + stride - 1) / stride,
                (in.bands + stride - 1) / stride,
                convolution.matrix.lines() * line_floats,
                {}};
    out.values.resize(out.times * out.bands * out.channels);
    std::vector<BFloat> rounded(in.values.size());
    kernels_->round(in.values.data(), in.values.size(), rounded.data());
    const std::size_t at_once = std::max<std::size_t>(block_values / (stacked_bands * seen), 1);
    std::vector<BFloat> stack((at_once * stacked_bands + convolution.taps) * seen);
    std::vector<float> products(at_once * rows_a_time * out.channels);
    for (std::size_t first = 0; first < out.times; first += at_once) {
        const std::size_t times = std::min(at_once, out.times - first);
        for (std::size_t time = 0; time < times; ++time)
            put_rows(convolution, in, rounded, (first + time) * stride,
                     stack.data() + (time * stacked_bands + edge) * seen);
        kernels_->multiply_pairs(convolution.matrix, stack.data(), stride * seen, times * rows_a_time, products.data(),
                                 out.channels);
        for (std::size_t time = 0; time < times; ++time)
            std::copy_n(products.data() + time * rows_a_time * out.channels, out.bands * out.channels,
                        out.values.data() + (first + time) * out.bands * out.channels);
    }
    return out;
}

// The rows of one time; `first` is the first time that the taps see, of those with the edge's before them.
void SpeakerEncoder::put_rows(const Convolution& convolution, const Picture& in, std::span<const BFloat> rounded,
                              std::size_t first, BFloat* row) {
    const std::size_t edge = convolution.taps / 2;
    const std::size_t seen = convolution.taps * in.channels;
    for (std::size_t time = first; time < first + convolution.taps; ++time, row += in.channels) {
        const bool is_beyond = time < edge || time >= in.times + edge;
        for (std::size_t band = 0; band < in.bands; ++band) {
            if (is_beyond) {
                std::fill_n(row + band * seen, in.channels, BFloat{});
            } else {
                const std::size_t from = ((time - edge) * in.bands + band) * in.channels;
                std::copy_n(rounded.data() + from, in.channels, row + band * seen);
            }
        }
    }
}

SpeakerEncoder::Picture SpeakerEncoder::apply(const Block& block, const Picture& in) const {
    Picture middle = apply(block.first, in);
    become_positive(middle.values);
    Picture out = apply(block.second, middle);
    const Picture shortcut = block.shortcut.empty() ? Picture{} : apply(block.shortcut.front(), in);
    const Picture& given = block.shortcut.empty() ? in : shortcut;
    kernels_->add(out.values.data(), given.values.data(), out.values.size());
    become_positive(out.values);
    return out;
}

std::vector<float> SpeakerEncoder::encode(std::span<const float> frames) const {
    Picture picture = begin(frames);
    for (const Block& block : blocks_)
        picture = apply(block, picture);
    return std::move(picture.values);
}

std::vector<std::vector<float>> SpeakerEncoder::voices(std::span<const float> encoded,
                                                       std::span<const std::size_t> starts, std::size_t length) const {
    const std::size_t size = encoded_size();
    std::vector<float> statistics(starts.size() * 2 * size);
    for (std::size_t i = 0; i < starts.size(); ++i) {
        float* means = statistics.data() + i * 2 * size;
        put_statistics(encoded.subspan(starts[i] * size, length * size), size, means, means + size);
    }
    const std::size_t step = embedding_.lines() * line_floats;
    std::vector<float> outputs(starts.size() * step);
    kernels_->multiply(embedding_, 0, embedding_.lines(), statistics.data(), 2 * size, starts.size(), outputs.data(),
                       step);
    std::vector<std::vector<float>> voices;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto voice = std::span(outputs).subspan(i * step, outputs_);
        make_length_one(voices.emplace_back(voice.begin(), voice.end()));
    }
    return voices;
}

}  // namespace speech
