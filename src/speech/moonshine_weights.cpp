#include "speech/moonshine_weights.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "speech/onnx_file.hpp"

namespace speech {
namespace {

using Type = OnnxTensor::Type;
constexpr std::size_t largest_width = 2048;
constexpr std::size_t largest_vocabulary = 1 << 17U;
constexpr std::uint8_t signed_zero = 128;  // where a signed byte's 0 is among unsigned ones
static_assert(std::endian::native == std::endian::little, "weights are copied as they stand");

// Finds weights by the operations that use them, and remembers the first that is not there or not of its shape.
class Source {
  public:
    explicit Source(const OnnxFile& file) : file_(file) {}

    [[nodiscard]] const std::string& wrong() const { return wrong_; }
    // Whether there is a layer more, and all was right so far: a wrong file is not read to its end.
    [[nodiscard]] bool goes_on(const std::string& node) const { return wrong_.empty() && file_.nodes.contains(node); }

    // 0 where it is beyond what any such model has.
    std::size_t extent(const std::string& node, std::size_t input, std::size_t dimension, std::size_t limit) {
        const OnnxTensor* tensor = input_of(node, input);
        const bool known = tensor != nullptr && tensor->shape.size() > dimension;
        if (known && tensor->shape[dimension] <= limit) return tensor->shape[dimension];
        miss(node);
        return 0;
    }

    // The same of what must be whole lines of outputs.
    std::size_t lines_extent(const std::string& node, std::size_t dimension, std::size_t limit) {
        const std::size_t size = extent(node, 1, dimension, limit);
        if (size > 0 && size % line_floats == 0) return size;
        miss(node);
        return 0;
    }

    // A list of this many floats, whatever its shape.
    std::vector<float> list(const std::string& node, std::size_t input, std::size_t size) {
        return floats(input_of(node, input), node, size);
    }
    std::vector<float> named_list(const std::string& name, std::size_t size) { return floats(find(name), name, size); }

    ByteMatrixValues bytes(const std::string& node, std::size_t inputs, std::size_t outputs) {
        const OnnxTensor* tensor = input_of(node + "_quant", 1);
        const OnnxTensor* zero = input_of(node + "_quant", 3);
        const std::vector<float> scale = floats(input_of(node + "_quant_scales_mul", 1), node, 1);
        return quantised(node, tensor, zero, scale, inputs, outputs);
    }

    // A convolution's kernel, [outputs][channels][taps] in the file; its offset is a whole number of scales.
    ByteMatrixValues convolution(const std::string& name, std::size_t channels, std::size_t taps, std::size_t outputs) {
        const OnnxTensor* tensor = find(name + ".weight_quantized");
        const float scale = named_list(name + ".weight_scale", 1).front();
        const float zero = signed_zero - named_list(name + ".weight_zero_point", 1).front() / scale;
        const std::size_t inputs = channels * taps;
        ByteMatrixValues matrix{inputs, outputs, std::vector<std::uint8_t>(inputs * outputs), scale, 0};
        const bool fits = tensor != nullptr && tensor->type == Type::int8 && tensor->data().size() == inputs * outputs;
        if (!fits || !(std::abs(zero - std::round(zero)) < 0.01F && zero > -0.5F && zero < 255.5F)) {
            miss(name);
            return matrix;
        }
        matrix.zero = static_cast<std::uint8_t>(std::round(zero));
        const char* at = tensor->data().data();
        for (std::size_t output = 0; output < outputs; ++output) {
            for (std::size_t channel = 0; channel < channels; ++channel) {
                for (std::size_t tap = 0; tap < taps; ++tap) {
                    const int value = static_cast<signed char>(*at++) + int{signed_zero};
                    matrix.values[(tap * channels + channel) * outputs + output] = static_cast<std::uint8_t>(value);
                }
            }
        }
        return matrix;
    }

    ByteMatrixValues embedding(const std::string& node, std::size_t width) {
        const std::string values = node + "_output_0_DequantizeLinear";
        const std::vector<float> scale = floats(input_of(values, 1), node, 1);
        return quantised(node, input_of(node, 0), input_of(values, 2), scale, extent(node, 0, 0, largest_vocabulary),
                         width);
    }

  private:
    const OnnxTensor* find(std::string_view name) const {
        const auto found = file_.tensors.find(name);
        return found == file_.tensors.end() ? nullptr : &found->second;
    }
    const OnnxTensor* input_of(const std::string& node, std::size_t input) const {
        const auto found = file_.nodes.find(node);
        if (found == file_.nodes.end() || found->second.inputs.size() <= input) return nullptr;
        return find(found->second.inputs[input]);
    }
    std::vector<float> floats(const OnnxTensor* tensor, const std::string& what, std::size_t size) {
        std::vector<float> values(size);
        if (tensor != nullptr && tensor->type == Type::float32 && tensor->data().size() == size * sizeof(float)) {
            std::memcpy(values.data(), tensor->data().data(), tensor->data().size());
        } else {
            miss(what);
        }
        return values;
    }
    ByteMatrixValues quantised(const std::string& what, const OnnxTensor* tensor, const OnnxTensor* zero,
                               const std::vector<float>& scale, std::size_t inputs, std::size_t outputs) {
        ByteMatrixValues matrix{inputs, outputs, {}, scale[0], 0};
        const bool fits = tensor != nullptr && zero != nullptr && tensor->type == Type::uint8 &&
                          zero->data().size() == 1 && tensor->shape == std::vector{inputs, outputs};
        if (!fits) {
            miss(what);
            matrix.values.resize(inputs * outputs);
            return matrix;
        }
        matrix.zero = static_cast<std::uint8_t>(zero->data()[0]);
        matrix.values.resize(tensor->data().size());
        std::memcpy(matrix.values.data(), tensor->data().data(), matrix.values.size());
        return matrix;
    }
    void miss(const std::string& what) {
        if (wrong_.empty()) wrong_ = what;
    }

    const OnnxFile& file_;
    std::string wrong_;
};

// Scores are divided by the root of a head's width: here, once for all.
float score_scale(std::size_t width) {
    const std::size_t head_width = width / MoonshineShape{}.heads;
    return 1 / std::sqrt(static_cast<float>(head_width));
}

ByteMatrixValues for_queries(ByteMatrixValues matrix) {
    matrix.scale *= score_scale(matrix.outputs);
    return matrix;
}

MatrixValues as_floats(const ByteMatrixValues& bytes) {
    MatrixValues matrix{bytes.inputs, bytes.outputs, {}};
    matrix.values.reserve(bytes.values.size());
    for (const std::uint8_t value : bytes.values)
        matrix.values.push_back(static_cast<float>(int{value} - int{bytes.zero}) * bytes.scale);
    return matrix;
}

FrontWeights read_front(Source& source, std::size_t width) {
    const std::size_t wide = 2 * width;
    FrontWeights front;
    front.first = PackedMatrix(as_floats(source.convolution("conv1", 1, front_first_taps, width)));
    front.norm_weight = source.list("/groupnorm/Mul", 1, width);
    front.norm_bias = source.list("/groupnorm/Add", 1, width);
    front.second = PairedMatrix(source.convolution("conv2", width, front_second_taps, wide),
                                source.named_list("conv2.bias", wide));
    front.third = PairedMatrix(source.convolution("conv3", wide, front_third_taps, width),
                               source.named_list("conv3.bias", width));
    return front;
}

EncoderLayerWeights read_encoder_layer(Source& source, const std::string& layer, std::size_t width) {
    const std::size_t wide = source.lines_extent(layer + "mlp/fc1/MatMul_quant", 1, 4 * largest_width);
    EncoderLayerWeights weights;
    weights.attention_norm = source.list(layer + "input_layernorm/Mul", 1, width);
    weights.attention = {PairedMatrix(for_queries(source.bytes(layer + "self_attn/q_proj/MatMul", width, width))),
                         PairedMatrix(source.bytes(layer + "self_attn/k_proj/MatMul", width, width)),
                         PairedMatrix(source.bytes(layer + "self_attn/v_proj/MatMul", width, width)),
                         PairedMatrix(source.bytes(layer + "self_attn/dense/MatMul", width, width))};
    weights.feed_forward_norm = source.list(layer + "post_attention_layernorm/Mul", 1, width);
    weights.expand =
        PairedMatrix(source.bytes(layer + "mlp/fc1/MatMul", width, wide), source.list(layer + "mlp/fc1/Add", 0, wide));
    weights.contract =
        PairedMatrix(source.bytes(layer + "mlp/fc2/MatMul", wide, width), source.list(layer + "mlp/fc2/Add", 0, width));
    return weights;
}

EncoderWeights read_encoder(Source& source, std::size_t width) {
    EncoderWeights encoder{.front = read_front(source, width), .layers = {}, .norm = {}};
    for (std::size_t i = 0; source.goes_on("/layers." + std::to_string(i) + "/input_layernorm/Mul"); ++i)
        encoder.layers.push_back(read_encoder_layer(source, "/layers." + std::to_string(i) + "/", width));
    encoder.norm = source.list("/layer_norm/Mul", 1, width);
    return encoder;
}

// A step decodes one token for a few segments at once: weights in bytes.
AttentionWeights read_self_attention(Source& source, const std::string& at, std::size_t width) {
    return {ByteMatrix(for_queries(source.bytes(at + "q_proj/MatMul", width, width))),
            ByteMatrix(source.bytes(at + "k_proj/MatMul", width, width)),
            ByteMatrix(source.bytes(at + "v_proj/MatMul", width, width)),
            ByteMatrix(source.bytes(at + "dense/MatMul", width, width))};
}

// But keys and values of the encoder's frames are made once, for all of them.
CrossAttentionWeights read_cross_attention(Source& source, const std::string& at, std::size_t width) {
    return {ByteMatrix(for_queries(source.bytes(at + "q_proj/MatMul", width, width))),
            PairedMatrix(source.bytes(at + "k_proj/MatMul", width, width)),
            PairedMatrix(source.bytes(at + "v_proj/MatMul", width, width)),
            ByteMatrix(source.bytes(at + "dense/MatMul", width, width))};
}

DecoderLayerWeights read_decoder_layer(Source& source, const std::string& layer, std::size_t width) {
    const std::size_t wide = source.lines_extent(layer + "mlp/down_proj/MatMul_quant", 0, 4 * largest_width);
    DecoderLayerWeights weights;
    weights.self_norm = source.list(layer + "input_layernorm/Mul", 1, width);
    weights.self = read_self_attention(source, layer + "self_attn/", width);
    weights.cross_norm = source.list(layer + "post_attention_layernorm/Mul", 1, width);
    weights.cross = read_cross_attention(source, layer + "encoder_attn/", width);
    weights.feed_forward_norm = source.list(layer + "final_layernorm/Mul", 1, width);
    weights.expand = ByteMatrix(source.bytes(layer + "mlp/up_proj/MatMul", width, 2 * wide),
                                source.list(layer + "mlp/up_proj/Add", 0, 2 * wide));
    weights.contract = ByteMatrix(source.bytes(layer + "mlp/down_proj/MatMul", wide, width),
                                  source.list(layer + "mlp/down_proj/Add", 0, width));
    return weights;
}

DecoderWeights read_decoder(Source& source, std::size_t width) {
    const std::string root = "/model/decoder/";
    DecoderWeights decoder;
    for (std::size_t i = 0; source.goes_on(root + "layers." + std::to_string(i) + "/input_layernorm/Mul"); ++i)
        decoder.layers.push_back(read_decoder_layer(source, root + "layers." + std::to_string(i) + "/", width));
    decoder.norm = source.list(root + "norm/Mul", 1, width);
    decoder.tokens = ByteMatrix::transposed(source.embedding(root + "embed_tokens/Gather", width));
    return decoder;
}

std::unexpected<base::Error> other(const std::string& what) {
    return base::fail(base::ErrorCode::model_broken,
                      "this is not a Moonshine model of 8-bit weights as it is published: " + what +
                          " is missing or of another shape");
}

// Moonshine tiny's six were found by comparing their looks with forced alignment (bench/word_times.py); in other sizes
// the later half of the layers stands for them.
std::vector<AlignmentHead> heads_that_align(std::size_t layers, std::size_t heads) {
    if (layers == 6) return {{3, 0}, {3, 5}, {3, 7}, {4, 2}, {5, 0}, {5, 6}};
    std::vector<AlignmentHead> found;
    for (std::size_t layer = layers / 2; layer < layers; ++layer) {
        for (std::size_t head = 0; head < heads; ++head)
            found.push_back({layer, head});
    }
    return found;
}

// What the arithmetic takes for granted.
bool is_sound(const MoonshineShape& shape) {
    return shape.width > 0 && shape.width % (shape.heads * 2) == 0 && shape.width % line_floats == 0 &&
           shape.rotary_width > 0 && shape.rotary_width <= shape.head_width() && shape.vocabulary % line_floats == 0;
}

}  // namespace

base::Result<MoonshineWeights> MoonshineWeights::parse(std::string_view encoder, std::string_view decoder) {
    const auto encoder_file = parse_onnx(encoder, "encoder_model.onnx");
    if (!encoder_file) return std::unexpected(encoder_file.error());
    const auto decoder_file = parse_onnx(decoder, "decoder_model_merged.onnx");
    if (!decoder_file) return std::unexpected(decoder_file.error());
    Source encoder_source(*encoder_file);
    Source decoder_source(*decoder_file);

    MoonshineWeights weights;
    MoonshineShape& shape = weights.shape;
    shape.width = encoder_source.extent("/layers.0/self_attn/q_proj/MatMul_quant", 1, 0, largest_width);
    shape.rotary_width = 2 * encoder_source.extent("/rotary_emb/MatMul", 0, 1, largest_width);
    shape.vocabulary = decoder_source.extent("/model/decoder/embed_tokens/Gather", 0, 0, largest_vocabulary);
    if (!is_sound(shape)) return other("its width");
    weights.rotary_frequencies = encoder_source.list("/rotary_emb/MatMul", 0, shape.rotary_width / 2);
    weights.encoder = read_encoder(encoder_source, shape.width);
    weights.decoder = read_decoder(decoder_source, shape.width);
    weights.alignment_heads = heads_that_align(weights.decoder.layers.size(), shape.heads);
    if (!encoder_source.wrong().empty()) return other(encoder_source.wrong());
    if (!decoder_source.wrong().empty()) return other(decoder_source.wrong());
    return weights;
}

}  // namespace speech
