#include "services/session/fields.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "model/phrases.hpp"
#include "model/speakers.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t longest_tag = 35;
constexpr std::size_t longest_model_name = 64;
constexpr std::array<std::string_view, 8> blanks{" ", "\t", "\n", "\r", "\v", "\f", "\u00A0", "\u3000"};

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z');
}

}  // namespace

std::string_view trimmed(std::string_view text) {
    const auto blank_at_front = [&](std::string_view blank) { return text.starts_with(blank); };
    const auto blank_at_back = [&](std::string_view blank) { return text.ends_with(blank); };
    for (const auto* found = std::ranges::find_if(blanks, blank_at_front); found != blanks.end();
         found = std::ranges::find_if(blanks, blank_at_front))
        text.remove_prefix(found->size());
    for (const auto* found = std::ranges::find_if(blanks, blank_at_back); found != blanks.end();
         found = std::ranges::find_if(blanks, blank_at_back))
        text.remove_suffix(found->size());
    return text;
}

bool is_language_tag(std::string_view text) {
    if (text.size() > longest_tag) return false;
    bool first = true;
    std::size_t last_size = 0;
    while (true) {
        const std::string_view part = text.substr(0, text.find('-'));
        const std::size_t least = first ? 2 : 1;
        if (part.size() < least || part.size() > 8) return false;
        if (!std::ranges::all_of(part, [&](char c) { return is_letter(c) || (!first && is_digit(c)); })) return false;
        last_size = part.size();
        if (part.size() == text.size()) break;
        text.remove_prefix(part.size() + 1);
        first = false;
    }
    return last_size > 1;  // a single letter announces something that must follow
}

bool is_model_name(std::string_view text) {
    const auto known = [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; };
    return !text.empty() && text.size() <= longest_model_name && std::ranges::all_of(text, known);
}

base::Result<std::string> parse_title(std::string_view text) {
    text = trimmed(text);
    if (base::count_code_points(text) > longest_title_characters) {
        return fail(ErrorCode::invalid_argument,
                    "a title has at most " + std::to_string(longest_title_characters) + " characters");
    }
    return base::printable(text, longest_title_characters);
}

std::optional<std::string> speakers_field(base::JsonFields& fields) {
    const base::Json* value = fields.any("speakers");
    if (value == nullptr) return std::nullopt;
    std::string text;
    if (value->integer() != nullptr) text = std::to_string(*value->integer());
    if (value->text() != nullptr) text = *value->text();
    if (text == "none") return "";
    if (text.empty() || !model::check_speakers(text)) {
        fields.fault("\"speakers\" must be \"auto\", \"none\" or how many there are, from 1 to " +
                     std::to_string(model::most_speakers));
    }
    return text;
}

base::Result<SessionFields> parse_session_fields(const base::Json& body, std::string_view default_language) {
    base::JsonFields fields(body, "the session");
    SessionFields session{.title = fields.optional_text("title", longest_title_bytes).value_or(""),
                          .language = fields.optional_text("language").value_or(std::string(default_language)),
                          .model = fields.optional_text("model").value_or(""),
                          .speakers = speakers_field(fields).value_or(""),
                          .priority = fields.optional_integer("priority", 0, highest_priority).value_or(0),
                          .multichannel = fields.optional_boolean("multichannel").value_or(false),
                          .vocabulary = model::vocabulary_field(fields)};
    if (session.multichannel && !session.speakers.empty()) fields.fault(std::string(channels_are_speakers));
    if (!is_language_tag(session.language)) fields.fault("\"language\" must be a BCP 47 tag, such as \"en\"");
    if (!session.model.empty() && !is_model_name(session.model))
        fields.fault("\"model\" must be the name of a model: a-z, 0-9, '.', '_', '-'");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    auto title = parse_title(session.title);
    if (!title) return std::unexpected(title.error());
    session.title = std::move(*title);
    return session;
}

base::Result<void> check_query(const runtime::Request& request, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : request.query) {
        const auto same = [&](const auto& other) { return other.first == name; };
        if (std::ranges::find(known, name) == known.end())
            return fail(ErrorCode::invalid_argument,
                        "there is no parameter \"" + base::printable(name, 60) + "\" here");
        if (std::ranges::count_if(request.query, same) > 1)
            return fail(ErrorCode::invalid_argument, "the parameter \"" + name + "\" comes more than once");
    }
    return {};
}

bool none_match_names(const runtime::Request& request, std::string_view entity_tag) {
    std::string_view rest = request.headers.find("If-None-Match").value_or("");
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        std::string_view tag = trimmed(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (tag.starts_with("W/")) tag.remove_prefix(2);
        if (tag == "*" || tag == entity_tag) return true;
    }
    return false;
}

}  // namespace session
