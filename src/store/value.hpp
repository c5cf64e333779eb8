// What goes into a statement and what comes out. Values; an object belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace store {

/// Bytes as a column of type {blob} holds them; a plain std::string is text (UTF-8).
struct Bytes {
    std::string data = {};
    bool operator==(const Bytes&) const = default;
};

class Value {
  public:
    Value() = default;  // null
    Value(bool flag) : content_(std::int64_t{flag ? 1 : 0}) {}
    Value(int number) : content_(std::int64_t{number}) {}
    Value(std::int64_t number) : content_(number) {}
    Value(double number) : content_(number) {}
    Value(const char* text) : content_(std::string(text)) {}
    Value(std::string_view text) : content_(std::string(text)) {}
    Value(std::string text) : content_(std::move(text)) {}
    Value(Bytes bytes) : content_(std::move(bytes)) {}
    template <class T>
    Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value()) {}

    using Content = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
    [[nodiscard]] const Content& content() const { return content_; }
    bool operator==(const Value&) const = default;

  private:
    Content content_;
};

/// A named parameter of a statement: {"id", id} for `:id`.
struct Parameter {
    std::string_view name;
    Value value;
};

/// One row of a result, read by column name. Asking for a column that is not there, or as another kind than it holds,
/// is a fault of the program and throws std::logic_error.
class Row {
  public:
    using Columns = std::vector<std::string>;
    Row(std::shared_ptr<const Columns> columns, std::vector<Value> values)
        : columns_(std::move(columns)), values_(std::move(values)) {}

    [[nodiscard]] bool is_null(std::string_view column) const;
    [[nodiscard]] std::int64_t integer(std::string_view column) const;
    [[nodiscard]] bool flag(std::string_view column) const { return integer(column) != 0; }
    [[nodiscard]] double real(std::string_view column) const;  // whole numbers too
    [[nodiscard]] const std::string& text(std::string_view column) const;
    [[nodiscard]] const Bytes& bytes(std::string_view column) const;
    [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view column) const;
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view column) const;

  private:
    [[nodiscard]] const Value::Content& at(std::string_view column) const;
    template <class T>
    [[nodiscard]] const T& get(std::string_view column, const char* kind) const;

    std::shared_ptr<const Columns> columns_;
    std::vector<Value> values_;
};

using Rows = std::vector<Row>;

}  // namespace store
