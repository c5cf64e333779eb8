#include "speech/speaker_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace speech {
namespace {

const Tensor* find(const Tensors& tensors, const std::string& name, const std::vector<std::size_t>& shape) {
    const auto found = tensors.find(name);
    return found != tensors.end() && found->second.shape == shape ? &found->second : nullptr;
}

std::vector<std::size_t> shape_of(const Tensors& tensors, const std::string& name) {
    const auto found = tensors.find(name);
    return found == tensors.end() ? std::vector<std::size_t>{} : found->second.shape;
}

// A sigmoid is half a tanh of half its input and a half: with weights halved here, one tanh serves all four gates.
float share_of(std::size_t gate) {
    return gate == 2 ? 1.0F : 0.5F;
}

float opened(float tanh_of_half) {
    return 0.5F * tanh_of_half + 0.5F;
}

PackedMatrix gates_of(const Tensor& of_input, const Tensor& of_output, const Tensor& input_bias,
                      const Tensor& output_bias) {
    const std::size_t inputs = of_input.shape[1];
    const std::size_t width = of_output.shape[1];
    MatrixValues matrix{inputs + width, 4 * width, std::vector<float>((inputs + width) * 4 * width)};
    std::vector<float> bias(4 * width);
    for (std::size_t o = 0; o < 4 * width; ++o) {
        const float share = share_of(o / width);
        bias[o] = share * (input_bias.values[o] + output_bias.values[o]);
        for (std::size_t i = 0; i < inputs; ++i)
            matrix.values[i * 4 * width + o] = share * of_input.values[o * inputs + i];
        for (std::size_t i = 0; i < width; ++i)
            matrix.values[(inputs + i) * 4 * width + o] = share * of_output.values[o * width + i];
    }
    return PackedMatrix(matrix, bias);
}

PackedMatrix transposed(const Tensor& weights, const Tensor& bias) {
    const std::size_t outputs = weights.shape[0];
    const std::size_t inputs = weights.shape[1];
    MatrixValues matrix{inputs, outputs, std::vector<float>(inputs * outputs)};
    for (std::size_t o = 0; o < outputs; ++o) {
        for (std::size_t i = 0; i < inputs; ++i)
            matrix.values[i * outputs + o] = weights.values[o * inputs + i];
    }
    return PackedMatrix(matrix, bias.values);
}

void make_length_one(std::vector<float>& values) {
    const float length = std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0F));
    if (length == 0) return;
    for (float& value : values)
        value /= length;
}

}  // namespace

base::Result<SpeakerEncoder> SpeakerEncoder::make(const Tensors& tensors, const std::string& name,
                                                  const MatrixKernels& kernels) {
    const auto broken = [&](const std::string& tensor) {
        return base::fail(base::ErrorCode::model_broken, name + " is not a speaker encoder: the tensor " + tensor +
                                                             " is missing or has another shape");
    };
    SpeakerEncoder encoder(kernels);
    const auto first = shape_of(tensors, "lstm.weight_ih_l0");
    if (first.size() != 2 || first[0] == 0 || first[0] % (4 * line_floats) != 0 || first[1] == 0)
        return broken("lstm.weight_ih_l0");
    const std::size_t width = encoder.width_ = first[0] / 4;
    std::size_t inputs = first[1];
    for (std::size_t i = 0; i == 0 || tensors.contains("lstm.weight_ih_l" + std::to_string(i)); ++i) {
        const std::string layer = "_l" + std::to_string(i);
        const Tensor* of_input = find(tensors, "lstm.weight_ih" + layer, {4 * width, inputs});
        const Tensor* of_output = find(tensors, "lstm.weight_hh" + layer, {4 * width, width});
        const Tensor* input_bias = find(tensors, "lstm.bias_ih" + layer, {4 * width});
        const Tensor* output_bias = find(tensors, "lstm.bias_hh" + layer, {4 * width});
        if (!of_input || !of_output || !input_bias || !output_bias) return broken("of layer lstm" + layer);
        encoder.layers_.push_back({inputs, gates_of(*of_input, *of_output, *input_bias, *output_bias)});
        inputs = width;
    }
    const auto last = shape_of(tensors, "linear.weight");
    if (last.size() != 2 || last[0] == 0 || last[1] != width) return broken("linear.weight");
    const Tensor* bias = find(tensors, "linear.bias", {last[0]});
    if (!bias) return broken("linear.bias");
    encoder.linear_ = transposed(tensors.find("linear.weight")->second, *bias);
    encoder.outputs_ = last[0];
    return encoder;
}

std::vector<std::vector<float>> SpeakerEncoder::encode(std::span<const float> frames,
                                                       std::span<const std::size_t> starts, std::size_t length) const {
    const std::size_t rows = starts.size();
    std::vector<float> sequence(length * rows * bands());
    for (std::size_t t = 0; t < length; ++t) {
        for (std::size_t row = 0; row < rows; ++row)
            std::ranges::copy(frames.subspan((starts[row] + t) * bands(), bands()),
                              sequence.data() + (t * rows + row) * bands());
    }
    for (const Layer& layer : layers_)
        sequence = run(layer, sequence, rows);
    std::vector<std::vector<float>> voices;
    for (std::size_t row = 0; row < rows; ++row)
        voices.push_back(project(sequence.data() + ((length - 1) * rows + row) * width_));
    return voices;
}

// `in` holds the rows of the first time, then those of the next, and so does the result.
std::vector<float> SpeakerEncoder::run(const Layer& layer, const std::vector<float>& in, std::size_t rows) const {
    const std::size_t joined_width = layer.inputs + width_;
    const std::size_t length = rows == 0 ? 0 : in.size() / (rows * layer.inputs);
    std::vector<float> joined(rows * joined_width);  // each row's input, then its last output
    std::vector<float> gates(rows * 4 * width_);
    std::vector<float> cells(rows * width_);
    std::vector<float> out(length * rows * width_);
    for (std::size_t t = 0; t < length; ++t) {
        for (std::size_t row = 0; row < rows; ++row)
            std::copy_n(in.data() + (t * rows + row) * layer.inputs, layer.inputs, joined.data() + row * joined_width);
        kernels_->multiply(layer.gates, 0, layer.gates.lines(), joined.data(), joined_width, rows, gates.data(),
                           4 * width_);
        kernels_->tanh(gates.data(), gates.size());
        const std::span outputs(out.data() + t * rows * width_, rows * width_);
        remember(gates, cells);
        std::ranges::copy(cells, outputs.begin());
        kernels_->tanh(outputs.data(), outputs.size());
        let_out(gates, outputs);
        for (std::size_t row = 0; row < rows; ++row)
            std::copy_n(outputs.data() + row * width_, width_, joined.data() + row * joined_width + layer.inputs);
    }
    return out;
}

void SpeakerEncoder::remember(std::span<const float> gates, std::span<float> cells) const {
    for (std::size_t at = 0; at < cells.size(); ++at) {
        const float* gate = gates.data() + at / width_ * 4 * width_ + at % width_;
        const float kept = opened(gate[width_]) * cells[at];
        cells[at] = kept + opened(gate[0]) * gate[2 * width_];
    }
}

void SpeakerEncoder::let_out(std::span<const float> gates, std::span<float> outputs) const {
    for (std::size_t at = 0; at < outputs.size(); ++at)
        outputs[at] *= opened(gates[at / width_ * 4 * width_ + 3 * width_ + at % width_]);
}

std::vector<float> SpeakerEncoder::project(const float* last) const {
    std::vector<float> voice(linear_.lines() * line_floats);
    kernels_->multiply(linear_, 0, linear_.lines(), last, width_, 1, voice.data(), voice.size());
    voice.resize(outputs_);
    for (float& value : voice)
        value = std::max(value, 0.0F);
    make_length_one(voice);
    return voice;
}

}  // namespace speech
