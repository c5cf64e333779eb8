// A model's tokens as text. Immutable; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace speech {

class Vocabulary {
  public:
    /// `tokens.txt`: a line each, the token's bytes in base64, a space, its number; numbers count from 0. Errors:
    /// model_broken.
    static base::Result<Vocabulary> parse(std::string_view text);

    [[nodiscard]] std::size_t size() const { return pieces_.size(); }
    /// The tokens' text with spaces where words begin, not trimmed. Marks such as <s> have none; <0x41> is a byte; what
    /// is no token is left out.
    /// One token's, empty for what is none.
    [[nodiscard]] std::string_view text_of(std::int32_t token) const;
    [[nodiscard]] std::string text_of(std::span<const std::int32_t> tokens) const;

  private:
    std::vector<std::string> pieces_;
};

}  // namespace speech
