#include "formats/subtitle_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "base/utf8.hpp"

namespace formats {
namespace {

using base::ErrorCode;

SubtitleRules netflix(std::string name, double max_characters_per_second) {
    return {.name = std::move(name),
            .max_line_characters = 42,
            .max_lines = 2,
            .max_characters_per_second = max_characters_per_second,
            .min_duration_seconds = 5.0 / 6,
            .max_duration_seconds = 7,
            .min_gap_frames = 2,
            .close_gap_frames = 11,
            .default_frame_rate_hz = 24};
}

// One field of SubtitleRules as a setting: its key, what it may be, how a violation of it reads.
struct Field {
    std::string_view key;
    double least;
    double most;
    bool whole;
    std::string_view unit;
    void (*set)(SubtitleRules& rules, double value);
};

constexpr std::array fields{
    Field{"max_line_characters", 10, 200, true, "characters in a line",
          [](SubtitleRules& rules, double value) { rules.max_line_characters = static_cast<std::size_t>(value); }},
    Field{"max_lines", 1, 5, true, "lines",
          [](SubtitleRules& rules, double value) { rules.max_lines = static_cast<std::size_t>(value); }},
    Field{"max_characters_per_second", 5, 100, false, "characters a second",
          [](SubtitleRules& rules, double value) { rules.max_characters_per_second = value; }},
    Field{"min_duration_seconds", 0, 10, false, "seconds long",
          [](SubtitleRules& rules, double value) { rules.min_duration_seconds = value; }},
    Field{"max_duration_seconds", 1, 60, false, "seconds long",
          [](SubtitleRules& rules, double value) { rules.max_duration_seconds = value; }},
    Field{"min_gap_frames", 0, 48, true, "frames before the next cue",
          [](SubtitleRules& rules, double value) { rules.min_gap_frames = static_cast<int>(value); }},
    Field{"close_gap_frames", 0, 96, true, "frames before the next cue, a gap to close",
          [](SubtitleRules& rules, double value) { rules.close_gap_frames = static_cast<int>(value); }},
    Field{"default_frame_rate_hz", 1, 240, false, "frames a second",
          [](SubtitleRules& rules, double value) { rules.default_frame_rate_hz = value; }},
};

const Field* find_field(std::string_view key) {
    const auto* field = std::ranges::find(fields, key, &Field::key);
    return field == fields.end() ? nullptr : field;
}

template <class Range, class Name>
std::string list_of(const Range& range, Name name) {
    std::string list;
    for (const auto& element : range)
        list.append(list.empty() ? "" : ", ").append(std::invoke(name, element));
    return list;
}

std::string quoted(std::string_view text) {
    return '"' + base::printable(text, 60) + '"';
}

// At most two digits after the point, rounded up or down, so that a broken limit never reads as kept.
std::string figure(double value, bool up) {
    const double rounded = (up ? std::ceil(value * 100 - 1e-6) : std::floor(value * 100 + 1e-6)) / 100;
    std::array<char, 64> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%.6g", rounded);
    return {buffer.data(), static_cast<std::size_t>(size)};
}

std::optional<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    const bool complete = error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
    return complete ? std::optional(value) : std::nullopt;
}

std::unexpected<base::Error> bad_setting(std::string what) {
    return base::fail(ErrorCode::invalid_argument, "subtitle rules: " + std::move(what));
}

base::Result<void> apply(SubtitleRules& rules, const Field& field, std::string_view text) {
    const std::optional<double> value = parse_number(text);
    const bool in_range = value && *value >= field.least && *value <= field.most;
    if (!in_range || (field.whole && std::floor(*value) != *value)) {
        return bad_setting(std::string(field.key) + " is " + quoted(text) + ", must be a " +
                           (field.whole ? "whole " : "") + "number from " + figure(field.least, false) + " to " +
                           figure(field.most, true));
    }
    field.set(rules, *value);
    return {};
}

base::Result<SubtitleRules> custom_rules(std::string_view settings) {
    SubtitleRules rules = netflix("custom", 20);
    std::vector<const Field*> seen;
    for (const auto part : std::views::split(settings, ',')) {
        const std::string_view setting(part.begin(), part.end());
        const std::size_t equals = std::min(setting.find('='), setting.size());
        const Field* field = find_field(setting.substr(0, equals));
        if (equals == setting.size() || field == nullptr) {
            return bad_setting(quoted(setting) + " is not KEY=VALUE with one of the keys " +
                               list_of(fields, &Field::key));
        }
        if (std::ranges::find(seen, field) != seen.end())
            return bad_setting(std::string(field->key) + " is given twice");
        seen.push_back(field);
        if (auto applied = apply(rules, *field, setting.substr(equals + 1)); !applied)
            return std::unexpected(applied.error());
    }
    if (rules.min_duration_seconds > rules.max_duration_seconds) {
        return bad_setting(
            "min_duration_seconds is above max_duration_seconds: " + figure(rules.min_duration_seconds, true) +
            " and " + figure(rules.max_duration_seconds, false));
    }
    return rules;
}

}  // namespace

std::span<const SubtitleRules> all_rule_sets() {
    static const std::array sets{netflix("netflix-en", 20), netflix("netflix-en-children", 17)};
    return sets;
}

base::Result<SubtitleRules> find_rules(std::string_view name, std::string_view settings) {
    if (name == "custom") return settings.empty() ? netflix("custom", 20) : custom_rules(settings);
    for (const SubtitleRules& rules : all_rule_sets()) {
        if (rules.name != name) continue;
        if (!settings.empty())
            return bad_setting(rules.name + " takes no settings; use custom for " + quoted(settings));
        return rules;
    }
    return bad_setting("there is no rule set " + quoted(name) +
                       "; known: " + list_of(all_rule_sets(), &SubtitleRules::name) + ", custom");
}

std::string describe(const RuleViolation& violation) {
    const Field* field = find_field(violation.rule);
    const bool above = violation.value > violation.limit;
    const std::string unit(field == nullptr ? std::string_view(violation.rule) : field->unit);
    return "cue " + std::to_string(violation.cue) + ": " + figure(violation.value, above) + " " + unit + " (limit " +
           figure(violation.limit, !above) + ")";
}

}  // namespace formats
