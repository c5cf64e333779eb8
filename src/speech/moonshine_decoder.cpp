#include "speech/moonshine_decoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "model/audio.hpp"
#include "speech/attention.hpp"
#include "speech/text_search.hpp"

namespace speech {
namespace {

// One segment on its way: its frames as keys and values of every layer, and what has been said so far.
struct Sequence {
    std::shared_ptr<const std::vector<KeysAndValues<BFloat>>> cross;
    std::vector<KeysAndValues<float>> self;
    std::vector<std::int32_t> tokens;
    std::vector<float> probabilities;
    std::vector<std::shared_ptr<std::vector<float>>> attention;  // step by step; texts of one beginning share it
    std::size_t token_limit = 0;

    [[nodiscard]] std::size_t frames() const { return cross->front().size(); }
    [[nodiscard]] bool ended() const { return tokens.size() > token_limit || tokens.back() == end_token; }
    void append(std::int32_t token, const NextToken& next) {
        tokens.push_back(token);
        probabilities.push_back(next.probabilities[static_cast<std::size_t>(token)]);
    }
};

// One matrix over all frames: a token reads them all, and each is read by every token.
void read_frames(const PairedMatrix& matrix, const MatrixKernels& kernels, const std::vector<BFloat>& frames,
                 std::vector<float>& room, std::vector<BFloat>& out) {
    const std::size_t width = matrix.inputs();
    room.resize(frames.size());
    out.resize(frames.size());
    kernels.multiply_pairs(matrix, frames.data(), width, frames.size() / width, room.data(), width);
    kernels.round(room.data(), room.size(), out.data());
}

Sequence begin(const MoonshineWeights& weights, const MatrixKernels& kernels, const DecoderInput& input) {
    std::vector<KeysAndValues<BFloat>> frames;
    Sequence sequence{.cross = {},
                      .self = {},
                      .tokens = {first_token},
                      .probabilities = {},
                      .attention = {},
                      .token_limit = input.token_limit};
    const MoonshineShape& shape = weights.shape;
    std::vector<BFloat> rounded(input.frames.values.size());
    kernels.round(input.frames.values.data(), rounded.size(), rounded.data());
    std::vector<float> room;
    std::vector<BFloat> keys;
    std::vector<BFloat> values;
    for (const DecoderLayerWeights& layer : weights.decoder.layers) {
        read_frames(layer.cross.key, kernels, rounded, room, keys);
        read_frames(layer.cross.value, kernels, rounded, room, values);
        auto& cross = frames.emplace_back(shape.heads, shape.head_width(), input.frames.count);
        cross.fill(keys.data(), values.data(), input.frames.count);
        sequence.self.emplace_back(shape.heads, shape.head_width(), line_floats);
    }
    sequence.cross = std::make_shared<const std::vector<KeysAndValues<BFloat>>>(std::move(frames));
    return sequence;
}

// The rows of one token of every sequence; a row after the other in each buffer.
class Step {
  public:
    Step(const MoonshineWeights& weights, const MatrixKernels& kernels, const Rotary& rotary)
        : weights_(weights), shape_(weights.shape), kernels_(kernels), rotary_(rotary) {}

    // What may follow each; good until the next call.
    std::span<const NextToken> run(std::span<Sequence* const> sequences) {
        make_room(sequences.size());
        for (std::size_t row = 0; row < sequences.size(); ++row) {
            Sequence& sequence = *sequences[row];
            weights_.decoder.tokens.weights_of(static_cast<std::size_t>(sequence.tokens.back()),
                                               states_.data() + row * shape_.width);
            sequence.attention.push_back(std::make_shared<std::vector<float>>(sequence.frames()));
        }
        for (std::size_t layer = 0; layer < weights_.decoder.layers.size(); ++layer) {
            const DecoderLayerWeights& layer_weights = weights_.decoder.layers[layer];
            attend_to_words(layer_weights, layer, sequences);
            attend_to_frames(layer_weights, layer, sequences);
            feed_forward(layer_weights, sequences.size());
        }
        return choose(sequences.size());
    }

  private:
    void make_room(std::size_t rows) {
        for (std::vector<float>* buffer : {&states_, &norm_, &query_, &key_, &value_})
            buffer->resize(std::max(buffer->size(), rows * shape_.width));
        logits_.resize(std::max(logits_.size(), rows * shape_.vocabulary));
    }

    void round(const float* values, std::size_t size) {
        rounded_.resize(std::max(rounded_.size(), size));
        kernels_.round(values, size, rounded_.data());
    }
    // Of the rows that were rounded last.
    void multiply(const ByteMatrix& matrix, std::size_t rows, std::vector<float>& out) const {
        const std::size_t step = matrix.lines() * line_floats;
        out.resize(std::max(out.size(), rows * step));
        kernels_.multiply_bytes(matrix, rounded_.data(), matrix.inputs(), rows, out.data(), step);
    }
    void add_through(const ByteMatrix& matrix, std::size_t rows) {
        multiply(matrix, rows, value_);
        kernels_.add(states_.data(), value_.data(), rows * shape_.width);
    }
    void normalise(const std::vector<float>& weight, std::size_t rows) {
        kernels_.normalise(states_.data(), shape_.width, rows, shape_.width, weight.data(), norm_.data());
        round(norm_.data(), rows * shape_.width);
    }

    void attend_to_words(const DecoderLayerWeights& layer, std::size_t index, std::span<Sequence* const> sequences) {
        const std::size_t width = shape_.width;
        normalise(layer.self_norm, sequences.size());
        multiply(layer.self.query, sequences.size(), query_);
        multiply(layer.self.key, sequences.size(), key_);
        multiply(layer.self.value, sequences.size(), value_);
        for (std::size_t row = 0; row < sequences.size(); ++row) {
            KeysAndValues<float>& words = sequences[row]->self[index];
            float* query = query_.data() + row * width;
            float* key = key_.data() + row * width;
            rotary_.turn(query, shape_.heads, shape_.head_width(), words.size());
            rotary_.turn(key, shape_.heads, shape_.head_width(), words.size());
            words.append(key, value_.data() + row * width);
            words.attend(kernels_, query, width, 1, room_, norm_.data() + row * width);
        }
        round(norm_.data(), sequences.size() * width);
        add_through(layer.self.output, sequences.size());
    }

    void attend_to_frames(const DecoderLayerWeights& layer, std::size_t index, std::span<Sequence* const> sequences) {
        const std::size_t width = shape_.width;
        normalise(layer.cross_norm, sequences.size());
        multiply(layer.cross.query, sequences.size(), query_);
        round(query_.data(), sequences.size() * width);
        for (std::size_t row = 0, rows = 0; row < sequences.size(); row += rows) {
            rows = rows_of_segment(sequences, row);
            const KeysAndValues<BFloat>& frames = (*sequences[row]->cross)[index];
            const BFloat* queries = rounded_.data() + row * width;
            frames.attend(kernels_, queries, width, rows, room_, norm_.data() + row * width);
            for (std::size_t i = 0; i < rows; ++i)
                look_where_words_are(frames, index, queries + i * width, *sequences[row + i]->attention.back());
        }
        round(norm_.data(), sequences.size() * width);
        add_through(layer.cross.output, sequences.size());
    }

    // The texts of one segment follow each other.
    static std::size_t rows_of_segment(std::span<Sequence* const> sequences, std::size_t first) {
        std::size_t end = first + 1;
        while (end < sequences.size() && sequences[end]->cross == sequences[first]->cross)
            ++end;
        return end - first;
    }

    void look_where_words_are(const KeysAndValues<BFloat>& frames, std::size_t layer, const BFloat* query,
                              std::vector<float>& attention) {
        for (const AlignmentHead& head : weights_.alignment_heads) {
            if (head.layer == layer)
                frames.add_shares(kernels_, query + head.head * shape_.head_width(), head.head, room_,
                                  attention.data());
        }
    }

    void feed_forward(const DecoderLayerWeights& layer, std::size_t rows) {
        const std::size_t inner = layer.contract.inputs();
        normalise(layer.feed_forward_norm, rows);
        multiply(layer.expand, rows, wide_);
        rounded_.resize(std::max(rounded_.size(), rows * inner));
        for (std::size_t row = 0; row < rows; ++row) {
            float* values = wide_.data() + row * 2 * inner;
            kernels_.gate(values, values + inner, inner);
            kernels_.round(values, inner, rounded_.data() + row * inner);
        }
        add_through(layer.contract, rows);
    }

    std::span<const NextToken> choose(std::size_t rows) {
        normalise(weights_.decoder.norm, rows);
        multiply(weights_.decoder.tokens, rows, logits_);
        next_.clear();
        for (std::size_t row = 0; row < rows; ++row) {
            float* logits = logits_.data() + row * shape_.vocabulary;
            const std::size_t token = kernels_.greatest(logits, shape_.vocabulary);
            kernels_.softmax(logits, shape_.vocabulary, 1, shape_.vocabulary);
            next_.push_back({static_cast<std::int32_t>(token), {logits, shape_.vocabulary}});
        }
        return next_;
    }

    const MoonshineWeights& weights_;
    const MoonshineShape& shape_;
    const MatrixKernels& kernels_;
    const Rotary& rotary_;
    std::vector<float> states_;
    std::vector<float> norm_;
    std::vector<float> query_;
    std::vector<float> key_;
    std::vector<float> value_;
    std::vector<float> wide_;
    std::vector<float> logits_;
    std::vector<BFloat> rounded_;
    AttentionRoom room_;
    std::vector<NextToken> next_;
};

const PhraseTrie& no_phrases() {
    static const PhraseTrie none({}, {});
    return none;
}

// One input's texts.
class Search {
  public:
    Search(Sequence begun, const PhraseTrie* phrases) : phrases_(phrases == nullptr ? no_phrases() : *phrases) {
        texts_.emplace_back();
        open_.push_back(std::move(begun));
    }

    [[nodiscard]] std::vector<Sequence>& open() { return open_; }

    // `next` is what may follow each of the open ones.
    void go_on(std::span<const NextToken> next) {
        follow(speech::go_on(phrases_, texts_, next), next);
        end_those_that_have();
        leave_behind();
    }

    Sequence take() { return *std::move(best_); }

  private:
    void follow(const std::vector<TextStep>& steps, std::span<const NextToken> next) {
        std::vector<std::size_t> uses(open_.size());
        for (const TextStep& step : steps)
            ++uses[step.from];
        std::vector<Sequence> sequences;
        texts_.clear();
        for (const TextStep& step : steps) {
            Sequence& from = open_[step.from];
            sequences.push_back(--uses[step.from] == 0 ? std::move(from) : from);
            sequences.back().append(step.token, next[step.from]);
            texts_.push_back(step.text);
        }
        open_ = std::move(sequences);
    }

    void end_those_that_have() {
        std::vector<Sequence> sequences;
        std::vector<TextSoFar> texts;
        for (std::size_t i = 0; i < open_.size(); ++i) {
            if (!open_[i].ended()) {
                sequences.push_back(std::move(open_[i]));
                texts.push_back(texts_[i]);
                continue;
            }
            ended_.add(phrases_, texts_[i]);
            const double worth = worth_at_end(phrases_, texts_[i]);
            if (best_ && worth <= best_worth_) continue;
            best_ = std::move(open_[i]);
            best_worth_ = worth;
        }
        open_ = std::move(sequences);
        texts_ = std::move(texts);
    }

    void leave_behind() {
        for (std::size_t i = open_.size(); i-- > 0;) {
            if (!ended_.leave_behind(phrases_, texts_[i])) continue;
            open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(i));
            texts_.erase(texts_.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }

    const PhraseTrie& phrases_;
    std::vector<Sequence> open_;
    std::vector<TextSoFar> texts_;  // of the open ones
    std::optional<Sequence> best_;  // of those that have ended
    double best_worth_ = 0;         // its worth
    EndedTexts ended_;
};

DecodedTokens decoded(Sequence sequence) {
    DecodedTokens result{
        {sequence.tokens.begin() + 1, sequence.tokens.end()}, std::move(sequence.probabilities), {}, sequence.frames()};
    for (const auto& step : sequence.attention)
        result.attention.insert(result.attention.end(), step->begin(), step->end());
    if (result.tokens.back() != end_token) return result;
    result.tokens.pop_back();
    result.probabilities.pop_back();
    return result;
}

}  // namespace

std::size_t token_limit(std::size_t samples) {
    constexpr double tokens_a_second = 6.5;  // English: the paper's own bound against loops
    const double seconds = static_cast<double>(samples) / static_cast<double>(model::sample_rate_hz);
    return static_cast<std::size_t>(std::ceil(seconds * tokens_a_second)) + 1;
}

std::vector<DecodedTokens> decode(const MoonshineWeights& weights, const MatrixKernels& kernels,
                                  std::span<const DecoderInput> inputs) {
    std::vector<Search> searches;
    std::size_t longest = 0;
    for (const DecoderInput& input : inputs) {
        searches.emplace_back(begin(weights, kernels, input), input.phrases);
        longest = std::max(longest, input.token_limit);
    }
    const Rotary rotary(weights.rotary_frequencies, longest + 1);
    Step step(weights, kernels, rotary);
    while (true) {
        std::vector<Sequence*> open;
        for (Search& search : searches) {
            for (Sequence& sequence : search.open())
                open.push_back(&sequence);
        }
        if (open.empty()) break;
        std::span<const NextToken> next = step.run(open);
        for (Search& search : searches) {
            const std::size_t rows = search.open().size();
            if (rows > 0) search.go_on(next.first(rows));
            next = next.subspan(rows);
        }
    }
    std::vector<DecodedTokens> results;
    for (Search& search : searches)
        results.push_back(decoded(search.take()));
    return results;
}

}  // namespace speech
