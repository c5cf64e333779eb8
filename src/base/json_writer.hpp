// Writes JSON (RFC 8259) piece by piece, in the order of the calls, with no tree in between: the same calls give the
// same bytes. Text is made well-formed UTF-8; numbers are written as people write them (12.34, never 1.234E1).
// An object belongs to one thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace base {

class JsonWriter {
  public:
    /// `indent` is the number of spaces a level; 0 writes everything on one line.
    explicit JsonWriter(int indent = 2) : indent_(indent) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    /// The name of the next value; only inside an object.
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(const char* text) { return value(std::string_view(text)); }
    JsonWriter& value(bool flag);
    JsonWriter& value(std::int64_t number);
    JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
    JsonWriter& value(std::size_t number) { return value(static_cast<std::int64_t>(number)); }
    /// At most `decimals` digits after the point, trailing zeros dropped but for one (1.0); not finite: null.
    JsonWriter& value(double number, int decimals = 3);
    JsonWriter& null();

    /// The document; complete once every begin has its end.
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    void before_value();
    void open(char bracket);
    void close(char bracket);
    void new_line();
    void quote(std::string_view text);

    int indent_;
    std::string text_;
    std::vector<bool> has_members_;  // one a level: whether a comma goes before the next member
    bool after_key_ = false;
};

}  // namespace base
