#include "model/speakers.hpp"

#include <charconv>
#include <string>

namespace model {

std::optional<std::size_t> known_speakers(std::string_view text) {
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool whole = error == std::errc() && end == text.data() + text.size() && text.front() != '0';
    if (!whole || count < 1 || count > most_speakers) return std::nullopt;
    return count;
}

base::Result<void> check_speakers(std::string_view text) {
    if (text.empty() || text == "auto" || known_speakers(text)) return {};
    return base::fail(base::ErrorCode::invalid_argument,
                      "speakers is \"auto\" or how many there are, from 1 to " + std::to_string(most_speakers));
}

}  // namespace model
