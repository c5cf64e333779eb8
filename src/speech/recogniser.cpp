#include "speech/recogniser.hpp"

#include "base/utf8.hpp"

namespace speech {

std::vector<base::Result<Recognition>> Recogniser::recognise_all(
    std::span<const std::span<const float>> segments) const {
    std::vector<base::Result<Recognition>> results;
    for (const std::span<const float> segment : segments)
        results.push_back(recognise(segment));
    return results;
}

base::Result<std::shared_ptr<const Recogniser>> Recogniser::with_phrases(const std::vector<std::string>&) const {
    return base::fail(base::ErrorCode::invalid_argument,
                      "this model does not take a vocabulary; use moonshine-tiny-en, or leave the vocabulary away");
}

std::string clean_text(std::string_view text) {
    constexpr std::string_view spaces = " \t\r\n";
    const std::size_t first = text.find_first_not_of(spaces);
    if (first == std::string_view::npos) return {};
    return base::valid_utf8(text.substr(first, text.find_last_not_of(spaces) - first + 1));
}

}  // namespace speech
