#include "speech/token_words.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/utf8.hpp"
#include "speech/alignment.hpp"
#include "speech/moonshine_encoder.hpp"

namespace speech {
namespace {

// A letter or a figure; every byte beyond ASCII counts as part of one.
bool is_said(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x80 || (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
}

class Words {
  public:
    // `silent` tokens (punctuation) neither lengthen a word nor make it less sure, unless it has nothing else.
    void add(std::string_view text, const SampleSpan& span, float probability) {
        const bool silent = std::ranges::none_of(text, is_said);
        while (!text.empty()) {
            if (text.front() == ' ') {
                open_ = false;
                text.remove_prefix(1);
                continue;
            }
            const std::string_view part = text.substr(0, text.find(' '));
            text.remove_prefix(part.size());
            add_part(part, span, probability, silent);
        }
    }

    std::vector<RecognisedWord> take() {
        for (RecognisedWord& word : words_)
            word.text = base::valid_utf8(word.text);
        return std::move(words_);
    }

  private:
    void add_part(std::string_view part, const SampleSpan& span, float probability, bool silent) {
        if (!open_) {
            words_.push_back({std::string(part), span, probability});
            open_ = true;
            only_silent_ = silent;
            return;
        }
        RecognisedWord& word = words_.back();
        word.text += part;
        if (silent) return;
        word.span.end = span.end;
        word.confidence = only_silent_ ? probability : word.confidence * probability;
        only_silent_ = false;
    }

    std::vector<RecognisedWord> words_;
    bool open_ = false;         // whether the next part goes on with the last word
    bool only_silent_ = false;  // the last word so far
};

}  // namespace

std::vector<RecognisedWord> token_words(const DecodedTokens& decoded, const Vocabulary& vocabulary,
                                        std::size_t samples) {
    const std::size_t frames = decoded.frames;
    const std::size_t steps = frames == 0 ? 0 : decoded.attention.size() / frames;
    std::vector<std::size_t> starts = align(decoded.attention, steps, frames);
    starts.push_back(frames);
    const auto sample_at = [&](std::size_t step) {
        return static_cast<std::int64_t>(std::min(starts[step] * frame_samples, samples));
    };
    Words words;
    for (std::size_t i = 0; i < decoded.tokens.size(); ++i)
        words.add(vocabulary.text_of(decoded.tokens[i]), {sample_at(i), sample_at(i + 1)}, decoded.probabilities[i]);
    return words.take();
}

std::optional<float> mean_log_probability(const DecodedTokens& decoded) {
    if (decoded.probabilities.empty()) return std::nullopt;
    constexpr float least = 1e-20F;
    double sum = 0;
    for (const float probability : decoded.probabilities)
        sum += std::log(static_cast<double>(std::max(probability, least)));
    return static_cast<float>(sum / static_cast<double>(decoded.probabilities.size()));
}

}  // namespace speech
