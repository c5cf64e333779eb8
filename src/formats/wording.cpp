#include "formats/wording.hpp"

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "formats/profanity.hpp"
#include "formats/spoken_numbers.hpp"

namespace formats {
namespace {

// The words of a text, as views into it.
std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    for (const auto part : std::views::split(text, ' ')) {
        if (!part.empty()) words.emplace_back(part);
    }
    return words;
}

bool are_those_of(const std::vector<model::Word>& words, const std::vector<std::string_view>& texts) {
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

void write_figures(model::Segment& segment) {
    const std::string before = segment.text;
    const std::vector<std::string_view> texts = split(before);
    std::vector<model::Word>& words = segment.words;
    const bool timed = are_those_of(words, texts);
    // From behind, so that those before keep their places.
    for (const Replacement& replacement : spoken_numbers(texts) | std::views::reverse) {
        const std::string_view first_text = texts[replacement.first];
        const std::string_view last_text = texts[replacement.end - 1];
        const auto at = static_cast<std::size_t>(first_text.data() - before.data());
        const auto end_at = static_cast<std::size_t>(last_text.data() - before.data()) + last_text.size();
        segment.text.replace(at, end_at - at, replacement.text);
        if (!timed) continue;
        const auto first = words.begin() + static_cast<std::ptrdiff_t>(replacement.first);
        const auto end = words.begin() + static_cast<std::ptrdiff_t>(replacement.end);
        *first = merged(first, end, replacement.text);
        words.erase(first + 1, end);
    }
}

void mask_profanity(model::Segment& segment) {
    segment.text = masked(segment.text);
    for (model::Word& word : segment.words)
        word.text = masked(word.text);
}

}  // namespace

model::Transcript reworded(model::Transcript transcript, const Wording& wording) {
    const bool english = transcript.language == "en" || transcript.language.starts_with("en-");
    if (!english || wording == Wording{}) return transcript;
    for (model::Segment& segment : transcript.segments) {
        if (wording.figures) write_figures(segment);
        if (wording.mask_profanity) mask_profanity(segment);
    }
    return transcript;
}

}  // namespace formats
