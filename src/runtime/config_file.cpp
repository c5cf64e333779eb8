#include "runtime/config_file.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "base/utf8.hpp"

// Under NDEBUG toml++ 3.3 tells the compiler that what it asserts is so, and some of that a file can break ("[`"): here
// a broken assertion is an exception, in every build.
#undef NDEBUG
#define TOML_ASSERT(expression) (static_cast<bool>(expression) ? void() : throw std::runtime_error("not TOML 1.0"))
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#if !defined(__clang__)
#pragma GCC diagnostic ignored \
    "-Wterminate"  // in its noexcept functions the exception ends the program: better than going on
#endif
#endif
#include <toml++/toml.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace runtime {
namespace {

std::optional<std::string> list_text(const toml::array& array) {
    std::string text;
    for (const toml::node& item : array) {
        const auto word = item.value_exact<std::string>();
        if (!word || word->contains(',')) return std::nullopt;
        text.append(text.empty() ? "" : ",").append(*word);
    }
    return text;
}

std::optional<std::string> node_text(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return text;
    if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
    if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
    if (const auto real = node.value_exact<double>()) {
        std::array<char, 64> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real);
        return std::string(digits.data(), end.ptr);
    }
    if (const auto* array = node.as_array()) return list_text(*array);
    return std::nullopt;
}

FileRow row_of(std::string name, const toml::node& node) {
    const auto text = node_text(node);
    return {std::move(name), text.value_or(""), node.source().begin.line, !text.has_value()};
}

std::vector<FileRow> rows_of(const toml::table& file) {
    std::vector<FileRow> rows;
    for (const auto& [section, node] : file) {
        const std::string name(section.str());
        const auto* table = node.as_table();
        if (table == nullptr) {
            rows.push_back(row_of(name, node));
            rows.back().misplaced = true;
            continue;
        }
        for (const auto& [key, value] : *table)
            rows.push_back(row_of(name + "." + std::string(key.str()), value));
    }
    std::ranges::stable_sort(rows, {}, &FileRow::line);
    return rows;
}

// toml++ 3.3 reaches what it calls unreachable when it asks whether one of these is white space.
bool has_presentation_forms(std::string_view text) {
    while (!text.empty()) {
        const base::CodePoint next = base::next_code_point(text);
        if (next.value >= 0xFB26 && next.value < 0xFEFF) return true;
        text.remove_prefix(next.size_bytes);
    }
    return false;
}

}  // namespace

base::Result<std::vector<FileRow>> parse_config_file(std::string_view toml) {
    if (toml.size() > longest_config_bytes)
        return base::fail(base::ErrorCode::configuration_invalid, "the file is too long");
    if (has_presentation_forms(toml)) {
        return base::fail(base::ErrorCode::configuration_invalid, "a character between U+FB26 and U+FEFE is not taken");
    }
    try {
        return rows_of(toml::parse(toml));
    } catch (const toml::parse_error& fault) {
        const std::string line = std::to_string(fault.source().begin.line);
        return base::fail(base::ErrorCode::configuration_invalid,
                          "line " + line + ": " + std::string(fault.description()));
    } catch (const std::runtime_error& fault) {
        return base::fail(base::ErrorCode::configuration_invalid, fault.what());
    }
}

}  // namespace runtime
