// A small Moonshine of random weights, for the tests: as the engine takes it, and as plain matrices with arithmetic in
// doubles that follows the paper's definition, one segment and one token at a time, nothing kept. What the engine
// rounds to bfloat16 is rounded here too.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "speech/moonshine_weights.hpp"
#include "speech/random_values.hpp"

namespace speech::reference {

using Row = std::vector<double>;
using Rows = std::vector<Row>;

/// A matrix and its bias as both sides have it.
struct Dense {
    MatrixValues matrix;
    std::vector<float> bias;

    [[nodiscard]] PackedMatrix packed() const { return PackedMatrix(matrix, bias); }
    [[nodiscard]] Row of(const Row& in) const {
        Row out(bias.begin(), bias.end());
        for (std::size_t i = 0; i < matrix.inputs; ++i) {
            for (std::size_t o = 0; o < matrix.outputs; ++o)
                out[o] += in[i] * static_cast<double>(matrix.values[i * matrix.outputs + o]);
        }
        return out;
    }
    [[nodiscard]] Rows of(const Rows& in) const {
        Rows out;
        for (const Row& row : in)
            out.push_back(of(row));
        return out;
    }
};

/// To the nearest bfloat16, the even one of two.
inline double rounded(double value) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    return static_cast<double>(std::bit_cast<float>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) & 0xFFFF0000U));
}

inline Rows rounded(Rows rows) {
    for (Row& row : rows) {
        for (double& value : row)
            value = rounded(value);
    }
    return rows;
}

/// The same of rows that are rounded to bfloat16, with weights of 8 bits.
struct PairedDense {
    ByteMatrixValues matrix;
    std::vector<float> bias;

    [[nodiscard]] PairedMatrix packed() const { return PairedMatrix(matrix, bias); }
    [[nodiscard]] Row of(const Row& in) const {
        Row out(bias.begin(), bias.end());
        for (std::size_t i = 0; i < matrix.inputs; ++i) {
            for (std::size_t o = 0; o < matrix.outputs; ++o)
                out[o] += rounded(in[i]) * (matrix.values[i * matrix.outputs + o] - matrix.zero) *
                          static_cast<double>(matrix.scale);
        }
        return out;
    }
    [[nodiscard]] Rows of(const Rows& in) const {
        Rows out;
        for (const Row& row : in)
            out.push_back(of(row));
        return out;
    }
};

/// The same where few rows go through at once.
struct ByteDense : PairedDense {
    [[nodiscard]] ByteMatrix packed() const { return ByteMatrix(matrix, bias); }
};

template <class Queries, class Frames>
struct Attention {
    Queries query;
    Frames key, value;
    Queries output;
};
using SelfAttention = Attention<ByteDense, ByteDense>;
using CrossAttention = Attention<ByteDense, PairedDense>;
using FrameAttention = Attention<PairedDense, PairedDense>;

struct EncoderLayer {
    std::vector<float> self_norm, feed_forward_norm;
    FrameAttention self;
    PairedDense expand, contract;
};

struct DecoderLayer {
    std::vector<float> self_norm, cross_norm, feed_forward_norm;
    SelfAttention self;
    CrossAttention cross;
    ByteDense expand, contract;
};

inline double gelu(double x) {
    return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
}

inline Rows normalised(const Rows& rows, const std::vector<float>& weight) {
    Rows out;
    for (const Row& row : rows) {
        double mean = 0;
        double square = 0;
        for (const double value : row)
            mean += value / static_cast<double>(row.size());
        for (const double value : row)
            square += (value - mean) * (value - mean) / static_cast<double>(row.size());
        Row& normal = out.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i)
            normal.push_back((row[i] - mean) / std::sqrt(square + 1e-5) * static_cast<double>(weight[i]));
    }
    return out;
}

inline void add(Rows& into, const Rows& rows) {
    for (std::size_t row = 0; row < into.size(); ++row) {
        for (std::size_t i = 0; i < into[row].size(); ++i)
            into[row][i] += rows[row][i];
    }
}

/// What attention is over: words, of which each sees those before it, or a segment's frames, which it sees rounded.
enum class Over { words, frames };

class Model {
  public:
    static constexpr std::size_t width = 32;
    static constexpr std::size_t heads = 8;
    static constexpr std::size_t head_width = width / heads;
    static constexpr std::size_t wide = 48;
    static constexpr std::size_t vocabulary = 64;
    static constexpr std::size_t layers = 2;

    explicit Model(unsigned seed) : random_(seed) {
        front_first_ = dense(front_first_taps, width);
        front_second_ = paired(front_second_taps * width, 2 * width);
        front_third_ = paired(front_third_taps * 2 * width, width);
        group_weight_ = norm();
        group_bias_ = random_.floats(width);
        for (std::size_t i = 0; i < layers; ++i) {
            encoder_.push_back(
                {norm(), norm(), attention<PairedDense, PairedDense>(), paired(width, wide), paired(wide, width)});
            decoder_.push_back({norm(),
                                norm(),
                                norm(),
                                attention<ByteDense, ByteDense>(),
                                attention<ByteDense, PairedDense>(),
                                {paired(width, 2 * wide)},
                                {paired(wide, width)}});
        }
        encoder_norm_ = norm();
        decoder_norm_ = norm();
        // Logits of a size that real ones have: a rounding that falls the other way here stays a small part of them.
        embedding_ = random_.byte_matrix(vocabulary, width, 0.015F);
    }

    [[nodiscard]] MoonshineWeights weights() const;
    [[nodiscard]] Rows encode(std::span<const float> samples) const;
    struct Step {
        Row logits;  // of what follows
        Row looked;  // what the alignment heads give each frame
    };
    [[nodiscard]] Step next(const Rows& frames, std::span<const std::int32_t> tokens) const;

  private:
    std::vector<float> norm() { return random_.floats(width, 1.5F); }
    Dense dense(std::size_t inputs, std::size_t outputs) {
        const float most = 2 / std::sqrt(static_cast<float>(inputs));
        return {random_.matrix(inputs, outputs, most), random_.floats(outputs, 0.2F)};
    }
    PairedDense paired(std::size_t inputs, std::size_t outputs) {
        const float most = 2 / std::sqrt(static_cast<float>(inputs));
        return {random_.byte_matrix(inputs, outputs, most / 128), random_.floats(outputs, 0.2F)};
    }
    template <class Kind>
    Kind plain() {
        Kind layer{paired(width, width)};
        layer.bias.assign(width, 0);
        return layer;
    }
    template <class Queries, class Frames>
    Attention<Queries, Frames> attention() {
        return {plain<Queries>(), plain<Frames>(), plain<Frames>(), plain<Queries>()};
    }
    void turn(Rows& rows) const;
    static double share_of(const Row& query, const Row& key, std::size_t head) {
        double score = 0;
        for (std::size_t i = head * head_width; i < (head + 1) * head_width; ++i)
            score += query[i] * key[i];
        return std::exp(score);
    }
    static Rows attend(const Rows& queries, const Rows& keys, const Rows& values, Over over);
    template <class Layer>
    void attend_to_self(const Layer& layer, Rows& states, Over over) const;

    RandomValues random_;
    Dense front_first_;
    PairedDense front_second_, front_third_;
    std::vector<float> group_weight_, group_bias_, encoder_norm_, decoder_norm_;
    std::vector<float> frequencies_ = {0.7F};
    std::vector<AlignmentHead> alignment_heads_ = {{0, 1}, {1, 0}, {1, 7}};
    std::vector<EncoderLayer> encoder_;
    std::vector<DecoderLayer> decoder_;
    ByteMatrixValues embedding_;
};

inline MoonshineWeights Model::weights() const {
    const auto pack = [](auto& to, const auto& of) {
        to = {of.query.packed(), of.key.packed(), of.value.packed(), of.output.packed()};
    };
    MoonshineWeights weights;
    weights.shape = {.width = width, .heads = heads, .rotary_width = 2 * frequencies_.size(), .vocabulary = vocabulary};
    weights.rotary_frequencies = frequencies_;
    weights.alignment_heads = alignment_heads_;
    weights.encoder.front = {front_first_.packed(), group_weight_, group_bias_, front_second_.packed(),
                             front_third_.packed()};
    for (const EncoderLayer& layer : encoder_) {
        weights.encoder.layers.push_back(
            {layer.self_norm, {}, layer.feed_forward_norm, layer.expand.packed(), layer.contract.packed()});
        pack(weights.encoder.layers.back().attention, layer.self);
    }
    weights.encoder.norm = encoder_norm_;
    for (const DecoderLayer& layer : decoder_) {
        weights.decoder.layers.push_back({layer.self_norm,
                                          {},
                                          layer.cross_norm,
                                          {},
                                          layer.feed_forward_norm,
                                          layer.expand.packed(),
                                          layer.contract.packed()});
        pack(weights.decoder.layers.back().self, layer.self);
        pack(weights.decoder.layers.back().cross, layer.cross);
    }
    weights.decoder.norm = decoder_norm_;
    weights.decoder.tokens = ByteMatrix::transposed(embedding_);
    return weights;
}

inline void Model::turn(Rows& rows) const {
    for (std::size_t position = 0; position < rows.size(); ++position) {
        for (std::size_t head = 0; head < heads; ++head) {
            for (std::size_t pair = 0; pair < frequencies_.size(); ++pair) {
                const double angle = static_cast<double>(position) * static_cast<double>(frequencies_[pair]);
                double& even = rows[position][head * head_width + 2 * pair];
                double& odd = rows[position][head * head_width + 2 * pair + 1];
                const double before = even;
                even = before * std::cos(angle) - odd * std::sin(angle);
                odd = odd * std::cos(angle) + before * std::sin(angle);
            }
        }
    }
}

inline Rows Model::attend(const Rows& queries, const Rows& keys, const Rows& values, Over over) {
    const auto seen = [&](double value) { return over == Over::frames ? rounded(value) : value; };
    Rows out(queries.size(), Row(width));
    for (std::size_t row = 0; row < queries.size(); ++row) {
        const std::size_t positions = over == Over::words ? row + 1 : keys.size();
        for (std::size_t head = 0; head < heads; ++head) {
            Row shares;
            double sum = 0;
            for (std::size_t position = 0; position < positions; ++position)
                sum += shares.emplace_back(share_of(queries[row], keys[position], head));
            for (std::size_t position = 0; position < positions; ++position) {
                for (std::size_t i = head * head_width; i < (head + 1) * head_width; ++i)
                    out[row][i] += seen(shares[position] / sum) * seen(values[position][i]);
            }
        }
    }
    return out;
}

template <class Layer>
void Model::attend_to_self(const Layer& layer, Rows& states, Over over) const {
    const Rows normal = normalised(states, layer.self_norm);
    Rows queries = layer.self.query.of(normal);
    Rows keys = layer.self.key.of(normal);
    turn(queries);
    turn(keys);
    if (over == Over::frames) {
        queries = rounded(std::move(queries));
        keys = rounded(std::move(keys));
    }
    add(states, layer.self.output.of(attend(queries, keys, layer.self.value.of(normal), over)));
}

inline Rows Model::encode(std::span<const float> samples) const {
    const auto convolve = [](const auto& dense, const Row& in, std::size_t step) {
        Rows out;
        for (std::size_t at = 0; at + dense.matrix.inputs <= in.size(); at += step)
            out.push_back(dense.of(Row(in.begin() + static_cast<std::ptrdiff_t>(at),
                                       in.begin() + static_cast<std::ptrdiff_t>(at + dense.matrix.inputs))));
        return out;
    };
    const auto joined = [](const Rows& rows, auto function) {
        Row all;
        for (const Row& row : rows) {
            for (const double value : row)
                all.push_back(function(value));
        }
        return all;
    };
    Row first = joined(convolve(front_first_, Row(samples.begin(), samples.end()), front_first_stride),
                       [](double x) { return std::tanh(x); });
    double mean = 0;
    double square = 0;
    for (const double value : first)
        mean += value / static_cast<double>(first.size());
    for (const double value : first)
        square += (value - mean) * (value - mean) / static_cast<double>(first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        first[i] = (first[i] - mean) / std::sqrt(square + 1e-5) * static_cast<double>(group_weight_[i % width]) +
                   static_cast<double>(group_bias_[i % width]);
    }
    const Row second = joined(convolve(front_second_, first, front_second_stride * width), gelu);
    const Rows third = convolve(front_third_, second, front_third_stride * 2 * width);
    Rows states;
    for (const Row& row : third)
        states.push_back(joined({row}, gelu));
    for (const EncoderLayer& layer : encoder_) {
        attend_to_self(layer, states, Over::frames);
        Rows expanded = layer.expand.of(normalised(states, layer.feed_forward_norm));
        for (Row& row : expanded)
            row = joined({row}, gelu);
        add(states, layer.contract.of(expanded));
    }
    return normalised(states, encoder_norm_);
}

inline Model::Step Model::next(const Rows& frames, std::span<const std::int32_t> tokens) const {
    const auto vector_of = [&](std::size_t token) {
        Row row;
        for (std::size_t i = 0; i < width; ++i)
            row.push_back((embedding_.values[token * width + i] - embedding_.zero) *
                          static_cast<double>(embedding_.scale));
        return row;
    };
    Rows states;
    for (const std::int32_t token : tokens)
        states.push_back(vector_of(static_cast<std::size_t>(token)));
    Row looked(frames.size());
    for (std::size_t index = 0; index < layers; ++index) {
        const DecoderLayer& layer = decoder_[index];
        attend_to_self(layer, states, Over::words);
        const Rows queries = rounded(layer.cross.query.of(normalised(states, layer.cross_norm)));
        const Rows keys = rounded(layer.cross.key.of(frames));
        add(states, layer.cross.output.of(attend(queries, keys, layer.cross.value.of(frames), Over::frames)));
        for (const AlignmentHead& head : alignment_heads_) {
            if (head.layer != index) continue;
            double shares = 0;
            for (const Row& key : keys)
                shares += share_of(queries.back(), key, head.head);
            for (std::size_t frame = 0; frame < keys.size(); ++frame)
                looked[frame] += share_of(queries.back(), keys[frame], head.head) / shares;
        }
        Rows gated;
        for (const Row& row : layer.expand.of(normalised(states, layer.feed_forward_norm))) {
            Row& values = gated.emplace_back();
            for (std::size_t i = 0; i < wide; ++i)
                values.push_back(row[i] * row[wide + i] / (1 + std::exp(-row[wide + i])));
        }
        add(states, layer.contract.of(gated));
    }
    const Row last = normalised(states, decoder_norm_).back();
    Row logits;
    for (std::size_t token = 0; token < vocabulary; ++token) {
        const Row row = vector_of(token);
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i)
            sum += rounded(last[i]) * row[i];
        logits.push_back(sum);
    }
    return {logits, looked};
}

}  // namespace speech::reference
