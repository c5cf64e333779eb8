#include "services/upload/header_value.hpp"

#include <algorithm>

namespace upload {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string lower_case(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), lower);
    return lowered;
}

bool is_token_character(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || marks.contains(c);
}

// Eats from the front of a text.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
    bool skip(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::string_view token(std::string_view also = "") {
        const auto end =
            std::ranges::find_if_not(rest_, [&](char c) { return is_token_character(c) || also.contains(c); });
        const auto size = static_cast<std::size_t>(end - rest_.begin());
        const std::string_view found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }
    std::optional<std::string> quoted() {
        std::string text;
        while (!rest_.empty() && rest_.front() != '"') {
            if (rest_.starts_with("\\\"")) rest_.remove_prefix(1);
            text += rest_.front();
            rest_.remove_prefix(1);
        }
        if (!skip('"')) return std::nullopt;
        return text;
    }

  private:
    std::string_view rest_;
};

bool read_parameter(Scanner& scanner, HeaderValue& into) {
    const std::string name = lower_case(scanner.token());
    if (name.empty() || !scanner.skip('=')) return false;
    std::optional<std::string> value;
    if (scanner.skip('"')) {
        value = scanner.quoted();
    } else {
        value = std::string(scanner.token());
        if (value->empty()) return false;
    }
    return value && into.parameters.emplace(name, *value).second;
}

}  // namespace

std::optional<HeaderValue> parse_header_value(std::string_view text) {
    Scanner scanner(text);
    scanner.skip_blanks();
    HeaderValue value{lower_case(scanner.token("/")), {}};
    if (value.value.empty()) return std::nullopt;
    while (true) {
        scanner.skip_blanks();
        if (scanner.at_end()) return value;
        if (!scanner.skip(';')) return std::nullopt;
        scanner.skip_blanks();
        if (scanner.at_end()) return value;
        if (!read_parameter(scanner, value)) return std::nullopt;
    }
}

std::string media_type_of(std::string_view content_type) {
    const auto parsed = parse_header_value(content_type);
    constexpr std::size_t longest = 100;
    const bool is_type = parsed && parsed->value.size() <= longest && std::ranges::count(parsed->value, '/') == 1 &&
                         !parsed->value.starts_with('/') && !parsed->value.ends_with('/');
    return is_type ? parsed->value : "application/octet-stream";
}

bool is_refused_media_type(std::string_view media_type) {
    const auto says = [&](std::string_view word) { return media_type.contains(word); };
    return media_type.starts_with("text/html") || says("xhtml") || says("script") || says("image/svg") ||
           media_type == "application/x-sh" || media_type == "application/x-csh" || media_type == "text/x-python" ||
           media_type == "application/x-httpd-php";
}

}  // namespace upload
