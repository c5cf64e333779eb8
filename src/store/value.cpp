#include "store/value.hpp"

#include <algorithm>
#include <stdexcept>

namespace store {

const Value::Content& Row::at(std::string_view column) const {
    const auto found = std::ranges::find(*columns_, column);
    if (found == columns_->end()) throw std::logic_error("the result has no column " + std::string(column));
    return values_[static_cast<std::size_t>(found - columns_->begin())].content();
}

template <class T>
const T& Row::get(std::string_view column, const char* kind) const {
    if (const T* value = std::get_if<T>(&at(column))) return *value;
    throw std::logic_error("the column " + std::string(column) + " does not hold " + kind);
}

bool Row::is_null(std::string_view column) const {
    return std::holds_alternative<std::monostate>(at(column));
}

std::int64_t Row::integer(std::string_view column) const {
    return get<std::int64_t>(column, "a whole number");
}

double Row::real(std::string_view column) const {
    if (const auto* whole = std::get_if<std::int64_t>(&at(column))) return static_cast<double>(*whole);
    return get<double>(column, "a number");
}

const std::string& Row::text(std::string_view column) const {
    return get<std::string>(column, "text");
}

const Bytes& Row::bytes(std::string_view column) const {
    return get<Bytes>(column, "bytes");
}

std::optional<std::int64_t> Row::optional_integer(std::string_view column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

std::optional<std::string> Row::optional_text(std::string_view column) const {
    if (is_null(column)) return std::nullopt;
    return text(column);
}

}  // namespace store
