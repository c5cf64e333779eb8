// What people may say about a session, checked. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "runtime/http.hpp"

namespace session {

inline constexpr std::size_t longest_title_characters = 200;
inline constexpr std::size_t longest_title_bytes = 4000;  // before it is trimmed
inline constexpr std::int64_t highest_priority = 9;

inline constexpr std::string_view channels_are_speakers =
    "\"multichannel\" and \"speakers\" exclude each other: with channels apart, each channel stands for who speaks "
    "there";

struct SessionFields {
    std::string title;
    std::string language;       // BCP 47
    std::string model;          // empty: the instance's default
    std::string speakers = {};  // whether they are told apart: of model/speakers.hpp
    std::int64_t priority = 0;  // 0 to highest_priority; larger goes first within the tenant
    bool multichannel = false;  // each channel is transcribed on its own
    std::optional<std::vector<std::string>> vocabulary = {};  // for a new session; kept apart (vocabulary.hpp)
    bool operator==(const SessionFields&) const = default;
};

/// Of {"title"?, "language"?, "model"?, "speakers"?, "priority"?, "multichannel"?, "vocabulary"?}. Errors:
/// invalid_argument, unknown_field.
base::Result<SessionFields> parse_session_fields(const base::Json& body, std::string_view default_language);

/// The field "speakers" ("auto", a number of people or its digits, "none") as of model/speakers.hpp; absent when it is
/// not there. Anything else is a fault of `fields`.
std::optional<std::string> speakers_field(base::JsonFields& fields);

/// Without the blanks around it.
std::string_view trimmed(std::string_view text);

/// Trimmed, control characters made visible (U+FFFD). Errors: invalid_argument (longer than
/// longest_title_characters).
base::Result<std::string> parse_title(std::string_view text);

/// Whether it has the form of a BCP 47 tag (RFC 5646, section 2.1): "en", "de-CH", "zh-Hant-TW". Whether there is such
/// a language, and whether the model knows it, is not asked here.
bool is_language_tag(std::string_view text);

/// 1 to 64 of a-z, 0-9, '.', '_', '-'.
bool is_model_name(std::string_view text);

/// Errors: invalid_argument, for a parameter that is not one of these or comes twice.
base::Result<void> check_query(const runtime::Request& request, std::initializer_list<std::string_view> known);

/// Whether one of If-None-Match's entity tags is this one (RFC 9110, 13.1.2: compared weakly).
bool none_match_names(const runtime::Request& request, std::string_view entity_tag);

}  // namespace session
