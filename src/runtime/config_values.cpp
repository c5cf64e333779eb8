#include "runtime/config_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace runtime {
namespace {

using base::fail;

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

// The largest first: how values are shown.
constexpr std::array duration_units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                                    Unit{"ms", 1}};
constexpr std::array size_units{Unit{"TiB", 1LL << 40}, Unit{"GiB", 1LL << 30}, Unit{"MiB", 1LL << 20},
                                Unit{"KiB", 1LL << 10}, Unit{"", 1}};

std::unexpected<base::Error> expected(std::string_view what) {
    return fail(base::ErrorCode::configuration_invalid, "expected " + std::string(what));
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

template <class Number>
bool read_whole(std::string_view text, Number& number) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

// A number and one of the units, as so many of the smallest.
base::Result<std::string> with_unit(std::string_view text, std::span<const Unit> units, std::string_view what) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view name = trimmed(text.substr(digits));
    std::int64_t number = 0;
    const auto unit = std::ranges::find(units, name, &Unit::name);
    if (!read_whole(text.substr(0, digits), number) || unit == units.end()) return expected(what);
    if (number > std::numeric_limits<std::int64_t>::max() / unit->factor) return expected(what);
    return std::to_string(number * unit->factor);
}

std::string in_largest_unit(std::string_view canonical, std::span<const Unit> units) {
    std::int64_t number = 0;
    read_whole(canonical, number);
    for (const Unit& unit : units) {
        const bool fits = number % unit.factor == 0 && (number > 0 || unit.factor == 1);
        if (fits) return std::to_string(number / unit.factor).append(unit.name);
    }
    return std::string(canonical);
}

std::string in_quotes(std::string_view text) {
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    std::string result = "\"";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            result.append({'\\', character});
        } else if (byte < 0x20 || byte == 0x7F) {
            result.append("\\u00").append({hexadecimal[byte >> 4U], hexadecimal[byte & 15U]});
        } else {
            result += character;
        }
    }
    return result + "\"";
}

base::Result<std::string> canonical_real(std::string_view text) {
    double number = 0;
    if (!read_whole(text, number) || !std::isfinite(number)) return expected("a number");
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    std::string result(digits.data(), end.ptr);
    return result.find_first_of(".e") == std::string::npos ? result + ".0" : result;
}

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items)
        text.append(text.empty() ? "" : ",").append(item);
    return text;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::vector<std::size_t>> cost(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
    for (std::size_t i = 0; i <= left.size(); ++i) {
        for (std::size_t j = 0; j <= right.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t differs = left[i - 1] == right[j - 1] ? 0 : 1;
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + differs});
            const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return cost[left.size()][right.size()];
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
        if (const auto word = trimmed(item); !word.empty()) items.emplace_back(word);
    }
    return items;
}

base::Result<std::string> canonical_value(OptionType type, std::string_view text) {
    if (type == OptionType::text) return std::string(text);
    if (type == OptionType::list) return joined(split_list(text));
    text = trimmed(text);
    if (type == OptionType::duration)
        return with_unit(text, duration_units, "a duration such as 500ms, 30s, 5m, 12h or 7d");
    if (type == OptionType::size)
        return with_unit(text, size_units, "a size in bytes such as 512, 64KiB, 20MiB or 1GiB");
    if (type == OptionType::real) return canonical_real(text);
    if (type == OptionType::boolean) {
        if (text != "true" && text != "false") return expected("true or false");
        return std::string(text);
    }
    std::int64_t number = 0;
    if (!read_whole(text, number)) return expected("a whole number");
    return std::to_string(number);
}

std::string toml_value(OptionType type, std::string_view canonical) {
    if (type == OptionType::duration) return in_quotes(in_largest_unit(canonical, duration_units));
    if (type == OptionType::size) return in_quotes(in_largest_unit(canonical, size_units));
    if (type == OptionType::text) return in_quotes(canonical);
    if (type != OptionType::list) return std::string(canonical);
    std::string text;
    for (const std::string& item : split_list(canonical))
        text.append(text.empty() ? "" : ", ").append(in_quotes(item));
    return "[" + text + "]";
}

std::string_view type_name(OptionType type) {
    switch (type) {
        case OptionType::text:
            return "text";
        case OptionType::integer:
            return "whole number";
        case OptionType::real:
            return "number";
        case OptionType::boolean:
            return "true or false";
        case OptionType::duration:
            return "duration";
        case OptionType::size:
            return "size";
        case OptionType::list:
            return "list of texts";
    }
    return "";
}

std::string nearest_word(std::string_view name, const std::vector<std::string>& words) {
    constexpr std::size_t longest_compared = 100;
    std::string nearest;
    std::size_t least = std::min(name.size(), longest_compared) / 3 + 1;
    for (const std::string& word : words) {
        const std::size_t distance = name.size() > longest_compared ? least : edit_distance(name, word);
        if (distance >= least) continue;
        least = distance;
        nearest = word;
    }
    return nearest;
}

}  // namespace runtime
