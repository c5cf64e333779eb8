#include "speech/token_encoder.hpp"

#include <algorithm>
#include <limits>

#include "base/utf8.hpp"

namespace speech {

TokenEncoder::TokenEncoder(const Vocabulary& vocabulary) {
    for (std::int32_t token = 0; token < static_cast<std::int32_t>(vocabulary.size()); ++token) {
        const std::string_view text = vocabulary.text_of(token);
        if (text.empty()) continue;
        // A character has its piece after the byte of the same text; the model writes the piece.
        const auto [place, added] = tokens_.emplace(text, token);
        if (!added && text.size() == 1) place->second = token;
    }
}

std::optional<std::int32_t> TokenEncoder::find(std::string_view text) const {
    const auto found = tokens_.find(std::string(text));
    return found == tokens_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::vector<std::int32_t>> TokenEncoder::encode(std::string_view text) const {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t size = base::next_code_point(text).size_bytes;
        if (find(text.substr(0, size))) {
            parts.emplace_back(text.substr(0, size));
        } else {
            for (std::size_t i = 0; i < size; ++i)
                parts.emplace_back(text.substr(i, 1));
        }
        text.remove_prefix(size);
    }
    while (true) {
        std::size_t best = parts.size();
        std::int32_t best_token = std::numeric_limits<std::int32_t>::max();
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            const auto joined = find(parts[i] + parts[i + 1]);
            if (!joined || *joined >= best_token) continue;
            best = i;
            best_token = *joined;
        }
        if (best == parts.size()) break;
        parts[best] += parts[best + 1];
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
    std::vector<std::int32_t> tokens;
    for (const std::string& part : parts) {
        const auto token = find(part);
        if (!token) return std::nullopt;
        tokens.push_back(*token);
    }
    return tokens;
}

std::vector<std::vector<std::int32_t>> phrase_tokens(const TokenEncoder& encoder,
                                                     const std::vector<std::string>& phrases) {
    std::vector<std::vector<std::int32_t>> all;
    const auto add = [&](const std::string& phrase) {
        if (auto tokens = encoder.encode(" " + phrase)) all.push_back(*std::move(tokens));
    };
    for (const std::string& phrase : phrases) {
        add(phrase);
        const char first = phrase.front();
        if (first < 'a' || first > 'z') continue;
        add(static_cast<char>(first - 'a' + 'A') + phrase.substr(1));
    }
    return all;
}

}  // namespace speech
