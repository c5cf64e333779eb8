#include "app/vocabulary_file.hpp"

#include <array>
#include <cstdio>

#include "model/phrases.hpp"
#include "runtime/files.hpp"

namespace app {
namespace {

// 1,000 phrases of 100 characters of four bytes, and room for comments.
constexpr std::size_t vocabulary_limit_bytes = std::size_t{1} << 20U;

base::Result<std::string> read_standard_input() {
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() <= vocabulary_limit_bytes) {
        const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), stdin);
        text.append(buffer.data(), size);
        if (size == 0) return text;
    }
    return base::fail(base::ErrorCode::invalid_argument,
                      "the vocabulary is larger than " + std::to_string(vocabulary_limit_bytes) + " bytes");
}

}  // namespace

base::Result<std::vector<std::string>> read_vocabulary(const std::string& path) {
    if (path.empty()) return std::vector<std::string>{};
    const auto text = path == "-" ? read_standard_input() : runtime::read_file(path, vocabulary_limit_bytes);
    if (!text) return std::unexpected(text.error());
    auto phrases = model::parse_phrases(*text);
    if (phrases) return phrases;
    return base::fail(phrases.error().code, path + ": " + phrases.error().message);
}

}  // namespace app
