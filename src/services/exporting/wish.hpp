// What a client asks for: the body of POST …/exports. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "formats/formats.hpp"

namespace exporting {

struct Wish {
    std::string format;                   // a name of formats::all_formats()
    std::string rules;                    // a rule set's name; empty for formats without cues
    std::string rule_settings;            // of "custom", as formats::find_rules takes them, in the order of their names
    bool strict = false;                  // always false for formats without cues
    std::optional<std::int64_t> version;  // of the transcript; none: the newest
    formats::Wording wording = {};
    bool operator==(const Wish&) const = default;
};

/// {"format", "subtitle_rules"?, "subtitle_settings"?, "version"?, "strict"?, "figures"?, "mask_profanity"?}.
/// "subtitle_settings" is an object of numbers and makes the rules "custom". For formats without cues, rules are
/// checked and then left out. Errors: unknown_format, invalid_argument, unknown_field.
base::Result<Wish> parse_wish(const base::Json& body);

/// How to write it. Errors: those of formats::find_rules.
base::Result<formats::ExportOptions> options_of(const Wish& wish);

/// The same wish for the same version of the same session is the same export.
std::string export_id(std::string_view session_id, std::int64_t version, const Wish& wish);

}  // namespace exporting
