#include "formats/wording.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "formats/profanity.hpp"
#include "formats/spoken_numbers.hpp"

namespace formats {
namespace {

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        if (end > 0) words.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text.append(text.empty() ? "" : " ").append(word);
    return text;
}

bool are_those_of(const std::vector<model::Word>& words, const std::vector<std::string>& texts) {
    return std::ranges::equal(words, texts, {}, &model::Word::text);
}

model::Word merged(std::vector<model::Word>::const_iterator first, std::vector<model::Word>::const_iterator end,
                   const std::string& text) {
    model::Word word = *first;
    word.text = text;
    word.time.end_seconds = (end - 1)->time.end_seconds;
    for (auto other = first; other != end; ++other)
        word.confidence = std::min(word.confidence, other->confidence);
    return word;
}

void write_figures(std::vector<std::string>& texts, std::vector<model::Word>& words) {
    const bool timed = are_those_of(words, texts);
    auto replacements = spoken_numbers(texts);
    std::ranges::reverse(replacements);  // from behind, so that those before keep their places
    for (const Replacement& replacement : replacements) {
        const auto first = static_cast<std::ptrdiff_t>(replacement.first);
        const auto end = static_cast<std::ptrdiff_t>(replacement.end);
        if (timed) {
            words[replacement.first] = merged(words.begin() + first, words.begin() + end, replacement.text);
            words.erase(words.begin() + first + 1, words.begin() + end);
        }
        texts[replacement.first] = replacement.text;
        texts.erase(texts.begin() + first + 1, texts.begin() + end);
    }
}

void reword(model::Segment& segment, const Wording& wording) {
    std::vector<std::string> texts = split(segment.text);
    if (wording.figures) write_figures(texts, segment.words);
    if (wording.mask_profanity) {
        for (std::string& text : texts)
            text = masked(text);
        for (model::Word& word : segment.words)
            word.text = masked(word.text);
    }
    segment.text = join(texts);
}

}  // namespace

model::Transcript reworded(model::Transcript transcript, const Wording& wording) {
    const bool english = transcript.language == "en" || transcript.language.starts_with("en-");
    if (!english || wording == Wording{}) return transcript;
    for (model::Segment& segment : transcript.segments)
        reword(segment, wording);
    return transcript;
}

}  // namespace formats
