#include "speech/language.hpp"

#include <algorithm>
#include <ranges>

#include "base/utf8.hpp"

namespace speech {
namespace {

using base::ErrorCode;
using base::fail;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string primary_of(std::string_view tag) {
    const std::string normal = normal_language(tag);
    return normal.substr(0, normal.find('-'));
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

base::Result<void> check_language(std::string_view tag) {
    constexpr std::size_t longest_tag = 16;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto is_subtag = [&](std::string_view text) {
        return !text.empty() && text.size() <= 8 &&
               std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
    };
    const std::string_view primary = tag.substr(0, tag.find('-'));
    bool good = tag.size() <= longest_tag && primary.size() >= 2 && primary.size() <= 3 &&
                std::ranges::all_of(primary, is_letter);
    for (const auto part : std::views::split(tag, '-'))
        good = good && is_subtag(std::string_view(part));
    if (good) return {};
    return fail(ErrorCode::invalid_argument,
                "\"" + base::printable(tag, 60) + "\" is not a language as BCP 47 names it; English is en, German de");
}

std::string normal_language(std::string_view tag) {
    constexpr std::size_t region_size = 2;
    constexpr std::size_t script_size = 4;
    std::string normal;
    for (const char letter : tag)
        normal += letter == '_' ? '-' : lower(letter);
    const auto raise = [&](std::size_t at) {
        if (normal[at] >= 'a' && normal[at] <= 'z') normal[at] = static_cast<char>(normal[at] - 'a' + 'A');
    };
    for (std::size_t begin = normal.find('-'); begin != std::string::npos; begin = normal.find('-', begin + 1)) {
        const std::size_t size = std::min(normal.find('-', begin + 1), normal.size()) - begin - 1;
        if (size == region_size || size == script_size) raise(begin + 1);
        if (size == region_size) raise(begin + 2);
    }
    return normal;
}

base::Result<ChosenLanguage> choose_language(std::string_view wanted, const std::vector<std::string>& known) {
    if (wanted.empty()) {
        const std::string only = known.size() == 1 ? known.front() : "";
        return ChosenLanguage{only.empty() ? "und" : only, only};
    }
    const std::string tag = normal_language(wanted);
    const auto same = [&](const std::string& one) { return primary_of(one) == primary_of(tag); };
    const auto found = std::ranges::find_if(known, same);
    if (found != known.end()) return ChosenLanguage{tag, *found};
    if (!known.empty()) {
        return fail(
            ErrorCode::language_unsupported,
            "the model does not know the language \"" + base::printable(wanted, 60) + "\"; it knows: " + joined(known));
    }
    if (auto checked = check_language(tag); !checked) return std::unexpected(checked.error());
    return ChosenLanguage{tag, ""};
}

}  // namespace speech
