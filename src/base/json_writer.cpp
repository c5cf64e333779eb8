#include "base/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.hpp"

namespace base {

void JsonWriter::new_line() {
    if (indent_ == 0) return;
    text_ += '\n';
    text_.append(has_members_.size() * static_cast<std::size_t>(indent_), ' ');
}

void JsonWriter::before_value() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (has_members_.empty()) return;
    if (has_members_.back()) text_ += indent_ == 0 ? ", " : ",";
    has_members_.back() = true;
    new_line();
}

void JsonWriter::open(char bracket) {
    before_value();
    text_ += bracket;
    has_members_.push_back(false);
}

void JsonWriter::close(char bracket) {
    const bool had_members = has_members_.back();
    has_members_.pop_back();
    if (had_members) new_line();
    text_ += bracket;
}

JsonWriter& JsonWriter::begin_object() {
    open('{');
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    close('}');
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    open('[');
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    close(']');
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    before_value();
    quote(name);
    text_ += ": ";
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    before_value();
    quote(text);
    return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
    before_value();
    text_ += flag ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
    before_value();
    text_ += std::to_string(number);
    return *this;
}

JsonWriter& JsonWriter::value(double number, int decimals) {
    if (!std::isfinite(number)) return null();
    before_value();
    std::array<char, 400> buffer{};  // the longest finite double in fixed notation has 309 digits before the point
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed, decimals);
    std::string_view digits(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
    while (digits.ends_with('0') && !digits.ends_with(".0")) {
        if (!digits.contains('.')) break;
        digits.remove_suffix(1);
    }
    text_ += digits == "-0.0" ? std::string_view("0.0") : digits;
    return *this;
}

JsonWriter& JsonWriter::null() {
    before_value();
    text_ += "null";
    return *this;
}

void JsonWriter::quote(std::string_view text) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    text_ += '"';
    for (const char character : valid_utf8(text)) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            text_ += '\\';
            text_ += character;
        } else if (character == '\n') {
            text_ += "\\n";
        } else if (character == '\t') {
            text_ += "\\t";
        } else if (byte < 0x20 || byte == 0x7F) {
            text_ += "\\u00";
            text_ += hexadecimal[byte >> 4U];
            text_ += hexadecimal[byte & 15U];
        } else {
            text_ += character;
        }
    }
    text_ += '"';
}

}  // namespace base
