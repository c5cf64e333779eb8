#include "speech/vocabulary.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "base/encoding.hpp"

namespace speech {
namespace {

constexpr std::size_t most_tokens = 1 << 20U;

// SentencePiece writes a space as U+2581, and a byte that no piece has as <0x..>.
std::string plain(std::string piece) {
    constexpr std::string_view space = "\u2581";
    if (piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>') {
        if (auto byte = base::from_hex(std::string_view(piece).substr(3, 2))) return *byte;
    }
    if (piece.size() > 2 && piece.front() == '<' && piece.back() == '>') return {};
    for (std::size_t at = piece.find(space); at != std::string::npos; at = piece.find(space, at + 1))
        piece.replace(at, space.size(), " ");
    return piece;
}

// The piece of a line that has this number.
std::optional<std::string> piece_of(std::string_view line, std::size_t number) {
    const std::size_t gap = line.rfind(' ');
    if (gap == std::string_view::npos || line.substr(gap + 1) != std::to_string(number)) return std::nullopt;
    return base::from_base64(line.substr(0, gap)).transform(plain);
}

}  // namespace

base::Result<Vocabulary> Vocabulary::parse(std::string_view text) {
    Vocabulary vocabulary;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        auto piece = piece_of(line, vocabulary.pieces_.size());
        if (!piece || vocabulary.size() == most_tokens) {
            return base::fail(base::ErrorCode::model_broken,
                              "tokens.txt, line " + std::to_string(vocabulary.size() + 1) +
                                  ": a token's bytes in base64, a space and its number are expected");
        }
        vocabulary.pieces_.push_back(*std::move(piece));
    }
    return vocabulary;
}

std::string_view Vocabulary::text_of(std::int32_t token) const {
    if (token < 0 || static_cast<std::size_t>(token) >= pieces_.size()) return {};
    return pieces_[static_cast<std::size_t>(token)];
}

std::string Vocabulary::text_of(std::span<const std::int32_t> tokens) const {
    std::string text;
    for (const std::int32_t token : tokens)
        text += text_of(token);
    return text;
}

}  // namespace speech
