#include "model/phrases.hpp"

#include <algorithm>
#include <set>

#include "base/sha256.hpp"
#include "base/utf8.hpp"

namespace model {
namespace {

constexpr std::size_t fingerprint_digits = 16;

bool is_blank(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

// Without blanks around it, and with one space for those within.
std::string single_spaced(std::string_view text) {
    std::string result;
    for (const char byte : text) {
        if (!is_blank(byte)) {
            result += byte;
        } else if (!result.empty() && result.back() != ' ') {
            result += ' ';
        }
    }
    if (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

bool is_control(char byte) {
    return static_cast<unsigned char>(byte) < ' ' || byte == '\x7F';
}

// Beyond ASCII everything counts as said.
bool is_said(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x80 || (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
}

// What is wrong with it; empty when nothing is.
std::string fault_of(const std::string& phrase) {
    if (base::valid_utf8(phrase) != phrase) return "is not UTF-8";
    if (std::ranges::any_of(phrase, is_control)) return "has a control character";
    if (std::ranges::none_of(phrase, is_said)) return "has neither letters nor figures";
    if (base::count_code_points(phrase) > longest_phrase_characters)
        return "has more than " + std::to_string(longest_phrase_characters) + " characters";
    return {};
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> phrases;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
        phrases.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return phrases;
}

}  // namespace

base::Result<std::vector<std::string>> clean_phrases(const std::vector<std::string>& phrases) {
    std::vector<std::string> clean;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < phrases.size(); ++i) {
        std::string phrase = single_spaced(phrases[i]);
        if (phrase.empty()) continue;
        if (const std::string fault = fault_of(phrase); !fault.empty()) {
            return base::fail(base::ErrorCode::invalid_argument, "the vocabulary's phrase " + std::to_string(i + 1) +
                                                                     ", \"" + base::printable(phrase, 40) + "\", " +
                                                                     fault);
        }
        if (!seen.insert(phrase).second) continue;
        clean.push_back(std::move(phrase));
        if (clean.size() > most_phrases) {
            return base::fail(base::ErrorCode::invalid_argument,
                              "a vocabulary has at most " + std::to_string(most_phrases) + " phrases");
        }
    }
    return clean;
}

base::Result<std::vector<std::string>> parse_phrases(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\uFEFF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        // A comment keeps its place, so that a fault names the line.
        lines.emplace_back(line.starts_with('#') ? std::string_view() : line);
    }
    return clean_phrases(lines);
}

std::optional<std::vector<std::string>> phrases_of(const base::Json& value) {
    if (const std::string* text = value.text()) return split(*text);
    if (value.array() == nullptr) return std::nullopt;
    std::vector<std::string> phrases;
    for (const base::Json& item : *value.array()) {
        if (item.text() == nullptr) return std::nullopt;
        phrases.push_back(*item.text());
    }
    return phrases;
}

std::optional<std::vector<std::string>> vocabulary_field(base::JsonFields& fields) {
    const base::Json* value = fields.any("vocabulary");
    if (value == nullptr) return std::nullopt;
    const auto phrases = phrases_of(*value);
    if (!phrases) {
        fields.fault("\"vocabulary\" must be a list of texts, or one text with commas between");
        return std::nullopt;
    }
    auto clean = clean_phrases(*phrases);
    if (clean) return *std::move(clean);
    fields.fault(clean.error().message);
    return std::nullopt;
}

std::string phrases_fingerprint(const std::vector<std::string>& phrases) {
    if (phrases.empty()) return {};
    base::Sha256 hash;
    for (const std::string& phrase : phrases)
        hash.update(std::as_bytes(std::span(phrase.c_str(), phrase.size() + 1)));
    return hash.finish_hex().substr(0, fingerprint_digits);
}

}  // namespace model
