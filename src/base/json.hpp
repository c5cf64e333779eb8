// JSON as a value: parsed with limits (Boost.JSON underneath), read field by field without unknown ones, written
// canonically. Values belong to one thread at a time; the functions are pure.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace base {

class Json;
struct JsonMember;
using JsonArray = std::vector<Json>;
/// Members in the order in which they were written; names are unique (the parser refuses others).
using JsonObject = std::vector<JsonMember>;

class Json {
  public:
    Json();  // null
    Json(bool flag);
    Json(int number);
    Json(std::int64_t number);
    Json(double number);
    Json(const char* text);
    Json(std::string_view text);
    Json(std::string text);
    Json(JsonArray items);
    Json(JsonObject members);
    Json(const Json&);
    Json(Json&&) noexcept;
    Json& operator=(const Json&);
    Json& operator=(Json&&) noexcept;
    ~Json();

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    /// Null pointer when it is of another kind; valid as long as this value.
    [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&value_); }
    [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
    [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] const JsonArray* array() const { return std::get_if<JsonArray>(&value_); }
    [[nodiscard]] const JsonObject* object() const { return std::get_if<JsonObject>(&value_); }
    /// An integer or a fraction.
    [[nodiscard]] std::optional<double> number() const;
    /// The member of that name; null pointer when there is none or this is no object.
    [[nodiscard]] const Json* member(std::string_view name) const;

    bool operator==(const Json&) const;

  private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, JsonArray, JsonObject> value_;
};

struct JsonMember {
    std::string name;
    Json value;
    bool operator==(const JsonMember&) const = default;
};

struct JsonLimits {
    std::size_t size_bytes = std::size_t{1} << 20U;
    std::size_t depth = 32;
};

/// RFC 8259 and I-JSON (RFC 7493): well-formed UTF-8, no member twice, nothing after the value. An integer that does
/// not fit 64 bits becomes a fraction. Errors: body_too_large; json_malformed, with the place.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// The one text of a value (RFC 8785): members sorted by their UTF-16, no white space, numbers as ECMAScript writes
/// them. All numbers are IEEE 754 doubles there: an integer beyond 2^53 loses its last digits, so send such as text.
/// Text must be well-formed UTF-8; numbers must be finite (others become null).
std::string to_canonical_json(const Json& value);

/// Reads the fields of one object. The first fault is kept and everything after it gives empty values, so that reading
/// code stays flat; `finish` tells it, and tells fields that nobody asked for.
class JsonFields {
  public:
    /// `where` names the object in messages, such as "the event". The value must outlive this.
    JsonFields(const Json& value, std::string where);

    std::string text(std::string_view name, std::size_t limit_bytes = 1000);
    std::optional<std::string> optional_text(std::string_view name, std::size_t limit_bytes = 1000);
    std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
    double number(std::string_view name, double least, double most);
    bool boolean(std::string_view name);
    std::optional<bool> optional_boolean(std::string_view name);
    /// Any value, for the caller to judge; null pointer when it is missing or null.
    const Json* any(std::string_view name);
    /// Adds a fault of the caller's, such as "\"language\" must be a BCP 47 tag".
    void fault(std::string what);

    /// Errors: invalid_argument (missing, of the wrong kind, out of bounds); unknown_field.
    [[nodiscard]] Result<void> finish() const;

  private:
    const Json* required(std::string_view name);

    const Json& value_;
    std::string where_;
    std::string fault_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace base
