#include "speech/voice_activity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>

#include "base/sha256.hpp"
#include "runtime/files.hpp"
#include "speech/dense.hpp"
#include "speech/safetensors.hpp"

namespace speech {
namespace {

constexpr std::size_t file_limit_bytes = 8 << 20U;
// As models/silero-vad/model.json pins them. Other weights of the same shape would hear nothing, or everything, in
// silence.
constexpr std::string_view weights_sha256 = "c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1";
constexpr std::size_t frame = vad_frame_samples;
constexpr std::size_t context = 64;  // of the frame before, and as much mirrored after
constexpr std::size_t window = 256;
constexpr std::size_t hop = 128;
constexpr std::size_t columns = 4;  // windows a frame
constexpr std::size_t bins = window / 2 + 1;
constexpr std::size_t taps = 3;
constexpr std::size_t wide = 128;
constexpr std::size_t narrow = 64;
static_assert((context + frame + context - window) / hop + 1 == columns);

// Takes the tensors one by one, and remembers the first whose shape is not what the network needs.
class Shapes {
  public:
    explicit Shapes(const Tensors& tensors) : tensors_(tensors) {}

    const std::vector<float>& take(const std::string& name, const std::vector<std::size_t>& shape) {
        const auto found = tensors_.find(name);
        if (found != tensors_.end() && found->second.shape == shape) return found->second.values;
        if (wrong_.empty()) wrong_ = name;
        std::size_t size = 1;
        for (const std::size_t extent : shape)
            size *= extent;
        return substitute_.emplace_back(size, 0.0F);
    }
    [[nodiscard]] const std::string& wrong() const { return wrong_; }

  private:
    const Tensors& tensors_;
    std::deque<std::vector<float>> substitute_;
    std::string wrong_;
};

// A convolution over time whose rows follow each other in memory is a dense layer over `used_taps` rows at once.
DenseLayer convolution(Shapes& shapes, const std::string& name, std::size_t inputs, std::size_t outputs) {
    const auto& weights = shapes.take(name + ".weight", {outputs, inputs, taps});
    const auto& bias = shapes.take(name + ".bias", {outputs});
    DenseLayer layer(taps * inputs, outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
        layer.bias(o) = bias[o];
        for (std::size_t i = 0; i < inputs; ++i) {
            for (std::size_t t = 0; t < taps; ++t)
                layer.weight(t * inputs + i, o) = weights[(o * inputs + i) * taps + t];
        }
    }
    return layer;
}

DenseLayer spectrum(Shapes& shapes) {
    const auto& weights = shapes.take("stft_conv.weight", {2 * bins, 1, window});
    DenseLayer layer(window, 2 * bins);
    for (std::size_t o = 0; o < 2 * bins; ++o) {
        for (std::size_t i = 0; i < window; ++i)
            layer.weight(i, o) = weights[o * window + i];
    }
    return layer;
}

// The four gates (input, forget, cell, output) over the input and the last output, side by side.
DenseLayer gates(Shapes& shapes) {
    const auto& of_input = shapes.take("lstm_cell.weight_ih", {4 * wide, wide});
    const auto& of_output = shapes.take("lstm_cell.weight_hh", {4 * wide, wide});
    const auto& input_bias = shapes.take("lstm_cell.bias_ih", {4 * wide});
    const auto& output_bias = shapes.take("lstm_cell.bias_hh", {4 * wide});
    DenseLayer layer(2 * wide, 4 * wide);
    for (std::size_t o = 0; o < 4 * wide; ++o) {
        layer.bias(o) = input_bias[o] + output_bias[o];
        for (std::size_t i = 0; i < wide; ++i) {
            layer.weight(i, o) = of_input[o * wide + i];
            layer.weight(wide + i, o) = of_output[o * wide + i];
        }
    }
    return layer;
}

float sigmoid(float x) {
    return 1.0F / (1.0F + std::exp(-x));
}

float tanh_by_sigmoid(float x) {
    return 2.0F * sigmoid(2.0F * x) - 1.0F;
}

float relu(float x) {
    return x > 0.0F ? x : 0.0F;
}

const float* floats(const Line* lines) {
    return lines->values;
}

}  // namespace

struct VoiceActivityModel::Weights {
    DenseLayer spectrum;
    DenseLayer conv1;
    DenseLayer conv2;
    DenseLayer conv3;
    DenseLayer conv4;
    DenseLayer gates;
    std::vector<float> last;
    float last_bias = 0;
    std::string fingerprint;
    DenseKernel dense = numeric_profiles().front().dense;
};

VoiceActivityModel::VoiceActivityModel(std::unique_ptr<const Weights> weights) : weights_(std::move(weights)) {}
VoiceActivityModel::VoiceActivityModel(VoiceActivityModel&&) noexcept = default;
VoiceActivityModel& VoiceActivityModel::operator=(VoiceActivityModel&&) noexcept = default;
VoiceActivityModel::~VoiceActivityModel() = default;

const std::string& VoiceActivityModel::fingerprint() const {
    return weights_->fingerprint;
}

base::Result<VoiceActivityModel> VoiceActivityModel::load(const std::filesystem::path& weights) {
    const auto bytes = runtime::read_file(weights, file_limit_bytes);
    if (!bytes) {
        return base::fail(base::ErrorCode::model_not_found,
                          "the voice activity model cannot be read: " + bytes.error().message + "; run scripts/setup");
    }
    const auto tensors = parse_safetensors(*bytes, weights.string());
    if (!tensors) return std::unexpected(tensors.error());
    Shapes shapes(*tensors);
    auto result = std::make_unique<Weights>();
    result->spectrum = spectrum(shapes);
    result->conv1 = convolution(shapes, "conv1", bins, wide);
    result->conv2 = convolution(shapes, "conv2", wide, narrow);
    result->conv3 = convolution(shapes, "conv3", narrow, narrow);
    result->conv4 = convolution(shapes, "conv4", narrow, wide);
    result->gates = gates(shapes);
    result->last = shapes.take("final_conv.weight", {1, wide, 1});
    result->last_bias = shapes.take("final_conv.bias", {1}).front();
    if (!shapes.wrong().empty()) {
        return base::fail(base::ErrorCode::model_broken,
                          weights.string() + " is not Silero VAD for 16 kHz: the tensor " + shapes.wrong() +
                              " is missing or has another shape; run scripts/setup to fetch it again");
    }
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(*bytes)));
    const std::string digits = hash.finish_hex();
    if (digits != weights_sha256) {
        return base::fail(base::ErrorCode::model_broken,
                          weights.string() + " is not the file that this program was made for (its SHA-256 is " +
                              digits + "); run scripts/setup and build again");
    }
    result->fingerprint = "silero-vad/" + digits.substr(0, 8);
    return VoiceActivityModel(std::move(result));
}

// Every activation is laid out time by time, with a row of zeros before and after where the convolution pads.
struct VoiceActivity::State {
    explicit State(const VoiceActivityModel::Weights& model) : weights(model) {}

    float push(std::span<const float> samples);
    void load_samples(std::span<const float> samples);
    void magnitudes();
    void convolutions();
    void remember();
    [[nodiscard]] float probability() const;

    const VoiceActivityModel::Weights& weights;
    std::array<float, context + frame + context> samples{};
    std::array<float, (columns + 2) * bins> magnitude{};
    std::array<float, (columns + 2) * wide> first{};
    std::array<float, (columns / 2 + 2) * narrow> second{};
    std::array<float, taps * narrow> third{};
    std::array<float, 2 * wide> recurrent{};  // the encoder's output, then the cell's last output
    std::array<float, wide> cell{};
    std::array<Line, columns * ((2 * bins + line_floats - 1) / line_floats)> scratch{};
};

void VoiceActivity::State::load_samples(std::span<const float> input) {
    std::copy_n(samples.begin() + frame, context, samples.begin());
    std::copy_n(input.begin(), frame, samples.begin() + context);
    for (std::size_t i = 0; i < context; ++i)
        samples[context + frame + i] = samples[context + frame - 2 - i];
}

void VoiceActivity::State::magnitudes() {
    weights.dense(weights.spectrum, samples.data(), hop, columns, scratch.data());
    for (std::size_t c = 0; c < columns; ++c) {
        const float* real = floats(scratch.data() + c * weights.spectrum.lines());
        const float* imaginary = real + bins;
        float* target = magnitude.data() + (c + 1) * bins;
        for (std::size_t k = 0; k < bins; ++k)
            target[k] = std::sqrt(real[k] * real[k] + imaginary[k] * imaginary[k]);
    }
}

void VoiceActivity::State::convolutions() {
    weights.dense(weights.conv1, magnitude.data(), bins, columns, scratch.data());
    std::transform(floats(scratch.data()), floats(scratch.data()) + columns * wide, first.begin() + wide, relu);
    weights.dense(weights.conv2, first.data(), 2 * wide, columns / 2, scratch.data());
    std::transform(floats(scratch.data()), floats(scratch.data()) + columns / 2 * narrow, second.begin() + narrow,
                   relu);
    weights.dense(weights.conv3, second.data(), 0, 1, scratch.data());
    std::transform(floats(scratch.data()), floats(scratch.data()) + narrow, third.begin() + narrow, relu);
    weights.dense(weights.conv4, third.data(), 0, 1, scratch.data());
    std::transform(floats(scratch.data()), floats(scratch.data()) + wide, recurrent.begin(), relu);
}

void VoiceActivity::State::remember() {
    weights.dense(weights.gates, recurrent.data(), 0, 1, scratch.data());
    const float* gate = floats(scratch.data());
    for (std::size_t i = 0; i < wide; ++i) {
        const float candidate = tanh_by_sigmoid(gate[2 * wide + i]);
        cell[i] = sigmoid(gate[wide + i]) * cell[i] + sigmoid(gate[i]) * candidate;
        recurrent[wide + i] = sigmoid(gate[3 * wide + i]) * tanh_by_sigmoid(cell[i]);
    }
}

float VoiceActivity::State::probability() const {
    float sum = weights.last_bias;
    for (std::size_t i = 0; i < wide; ++i)
        sum += weights.last[i] * relu(recurrent[wide + i]);
    return sigmoid(sum);
}

float VoiceActivity::State::push(std::span<const float> input) {
    load_samples(input);
    magnitudes();
    convolutions();
    remember();
    return probability();
}

VoiceActivity::VoiceActivity(const VoiceActivityModel& model) : state_(std::make_unique<State>(*model.weights_)) {}
VoiceActivity::VoiceActivity(const VoiceActivity& other) : state_(std::make_unique<State>(*other.state_)) {}
VoiceActivity::~VoiceActivity() = default;

float VoiceActivity::push(std::span<const float> samples) {
    return state_->push(samples);
}

}  // namespace speech
