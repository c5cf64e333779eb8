#include "speech/guards.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "model/audio.hpp"
#include "speech/script.hpp"

namespace speech {
namespace {

// Over the corpus of tests/media and its like, words at 0 dB of noise keep a mean of 0.8 and more; what is taken for
// speech in music and noise stays under 0.65.
constexpr float least_probability = 0.65F;
constexpr float doubtful_probability = 0.75F;
constexpr double shortest_word_seconds = 0.15;
constexpr double most_words_a_second = 8;
constexpr std::size_t few_to_judge = 8;  // words: fewer say nothing about the rate
constexpr double least_words_a_second = 0.4;
constexpr double long_enough_seconds = 6;  // of speech: less says nothing about too few words
constexpr std::size_t longest_loop = 12;   // words
constexpr int few_tokens_to_judge = 4;     // fewer say nothing about how sure the engine is
// Over 259 English segments of the test media one in 250 is below, over 32 in 20 other languages two in three.
constexpr float least_mean_log_probability = -0.7F;
// The mean of the words' probabilities; docs/benchmarks.md has how often each kind of speech is below.
constexpr double least_mean_word_confidence = 0.5;
constexpr std::size_t few_words_to_judge_language = 5;
constexpr std::size_t least_loop_repeats = 3;
constexpr std::size_t least_loop_words = 8;  // in all repeats together: "no, no, no, no" is speech

double speech_seconds(const PlannedSegment& segment) {
    std::int64_t samples = 0;
    for (const SampleSpan& span : segment.speech)
        samples += span.length();
    return model::seconds_of_samples(samples);
}

bool is_ascii_punctuation(unsigned char byte) {
    return byte < 0x80 && !is_space(byte) &&
           !((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9'));
}

char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + ('a' - 'A')) : byte;
}

// How many times in a row the `size` words before `end` stand there.
std::size_t repeats_before(const std::vector<std::string>& words, std::size_t end, std::size_t size) {
    std::size_t repeats = 1;
    const auto last = words.begin() + static_cast<std::ptrdiff_t>(end - size);
    while ((repeats + 1) * size <= end) {
        const auto earlier = last - static_cast<std::ptrdiff_t>(repeats * size);
        if (!std::equal(earlier, earlier + static_cast<std::ptrdiff_t>(size), last)) break;
        ++repeats;
    }
    return repeats;
}

bool is_other_language(const std::vector<RecognisedWord>& words) {
    if (words.size() < few_words_to_judge_language) return false;
    double sum = 0;
    for (const RecognisedWord& word : words)
        sum += static_cast<double>(word.confidence);
    return sum < least_mean_word_confidence * static_cast<double>(words.size());
}

}  // namespace

std::string_view reason_to_skip(const PlannedSegment& segment) {
    if (speech_seconds(segment) < shortest_word_seconds) return "too_short";
    if (segment.mean_probability < least_probability) return "weak_speech";
    return {};
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    const auto finish = [&] {
        if (!word.empty()) words.push_back(std::exchange(word, {}));
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (is_space(byte)) finish();
        if (is_unspaced(byte)) {
            finish();
            words.emplace_back(text.substr(i, 3));
            i += 2;
        } else if (!is_space(byte) && !is_ascii_punctuation(byte)) {
            word += lower(text[i]);
        }
    }
    finish();
    return words;
}

bool has_repetition(const std::vector<std::string>& words) {
    for (std::size_t end = 1; end <= words.size(); ++end) {
        for (std::size_t size = 1; size <= std::min(longest_loop, end); ++size) {
            const std::size_t repeats = repeats_before(words, end, size);
            if (repeats >= least_loop_repeats && repeats * size >= least_loop_words) return true;
        }
    }
    return false;
}

std::vector<model::Doubt> doubts_about(const PlannedSegment& segment, const Recognition& recognition) {
    const std::vector<std::string> words = words_of(recognition.text);
    const double seconds = speech_seconds(segment);
    const auto count = static_cast<double>(words.size());
    std::vector<model::Doubt> doubts;
    if (has_repetition(words)) doubts.push_back(model::Doubt::repetition);
    if (words.size() >= few_to_judge && count > most_words_a_second * seconds)
        doubts.push_back(model::Doubt::too_many_words);
    if (seconds >= long_enough_seconds && count < least_words_a_second * seconds)
        doubts.push_back(model::Doubt::too_few_words);
    if (segment.mean_probability < doubtful_probability) doubts.push_back(model::Doubt::weak_speech);
    if (recognition.tokens >= few_tokens_to_judge &&
        recognition.mean_log_probability.value_or(0) < least_mean_log_probability)
        doubts.push_back(model::Doubt::unsure_words);
    if (is_other_language(recognition.words)) doubts.push_back(model::Doubt::other_language);
    return doubts;
}

}  // namespace speech
