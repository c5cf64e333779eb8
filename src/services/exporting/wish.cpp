#include "services/exporting/wish.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/ids.hpp"

namespace exporting {
namespace {

using base::ErrorCode;
using base::Result;

// {"max_lines": 1, "max_line_characters": 30} as "max_line_characters=30,max_lines=1".
Result<std::string> settings_text(const base::Json& settings) {
    if (settings.object() == nullptr)
        return base::fail(ErrorCode::invalid_argument, "\"subtitle_settings\" must be an object of numbers");
    std::vector<std::string> parts;
    for (const base::JsonMember& member : *settings.object()) {
        const bool plain = member.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
        if (!plain || !member.value.number())
            return base::fail(ErrorCode::invalid_argument,
                              "\"subtitle_settings\" must have names of rules and numbers only");
        parts.push_back(member.name + "=" + base::to_canonical_json(member.value));
    }
    std::ranges::sort(parts);
    std::string text;
    for (const std::string& part : parts)
        text.append(text.empty() ? "" : ",").append(part);
    return text;
}

std::string rules_name(std::optional<std::string> asked, bool has_settings) {
    if (asked) return *std::move(asked);
    return has_settings ? "custom" : formats::all_rule_sets().front().name;
}

}  // namespace

Result<Wish> parse_wish(const base::Json& body) {
    base::JsonFields fields(body, "the export");
    Wish wish{.format = fields.text("format", 100)};
    auto rules = fields.optional_text("subtitle_rules", 100);
    const base::Json* settings = fields.any("subtitle_settings");
    wish.version = fields.optional_integer("version", 1, std::numeric_limits<std::int64_t>::max());
    wish.strict = fields.optional_boolean("strict").value_or(false);
    wish.wording = {fields.optional_boolean("figures").value_or(false),
                    fields.optional_boolean("mask_profanity").value_or(false)};
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    const auto format = formats::find_format(wish.format);
    if (!format) return std::unexpected(format.error());
    wish.format = (*format)->name;
    if (settings != nullptr) {
        auto text = settings_text(*settings);
        if (!text) return std::unexpected(text.error());
        wish.rule_settings = *std::move(text);
    }
    wish.rules = rules_name(std::move(rules), settings != nullptr);
    if (const auto options = options_of(wish); !options) return std::unexpected(options.error());
    if ((*format)->has_cues) return wish;
    return Wish{.format = wish.format, .version = wish.version, .wording = wish.wording};
}

Result<formats::ExportOptions> options_of(const Wish& wish) {
    if (wish.rules.empty()) return formats::ExportOptions{.wording = wish.wording};
    auto rules = formats::find_rules(wish.rules, wish.rule_settings);
    if (!rules) return std::unexpected(rules.error());
    return formats::ExportOptions{.rules = *std::move(rules), .strict = wish.strict, .wording = wish.wording};
}

std::string export_id(std::string_view session_id, std::int64_t version, const Wish& wish) {
    return base::derived_id("export", std::string(session_id) + "/" + std::to_string(version) + "/" + wish.format +
                                          "/" + wish.rules + "/" + wish.rule_settings + "/" +
                                          (wish.strict ? "strict" : "") + (wish.wording.figures ? "/figures" : "") +
                                          (wish.wording.mask_profanity ? "/mask_profanity" : ""));
}

}  // namespace exporting
