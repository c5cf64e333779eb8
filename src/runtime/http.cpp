#include "runtime/http.hpp"

#include <algorithm>

namespace runtime {
namespace {

char lower(char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + ('a' - 'A')) : character;
}

template <class Pairs>
std::optional<std::string_view> value_of(const Pairs& pairs, std::string_view name) {
    const auto found = std::ranges::find(pairs, name, &Pairs::value_type::first);
    if (found == pairs.end()) return std::nullopt;
    return found->second;
}

}  // namespace

bool same_token(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
    for (const Field& field : fields_) {
        if (same_token(field.name, name)) return field.value;
    }
    return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
    const auto matches =
        std::ranges::count_if(fields_, [&](const Field& field) { return same_token(field.name, name); });
    return static_cast<std::size_t>(matches);
}

void Headers::set(std::string_view name, std::string value) {
    remove(name);
    add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value) {
    fields_.push_back({std::string(name), std::move(value)});
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [&](const Field& field) { return same_token(field.name, name); });
}

void Headers::complete(const Headers& others) {
    const Headers own = *this;
    for (const Field& field : others) {
        if (!own.find(field.name)) fields_.push_back(field);
    }
}

std::string_view Request::path_parameter(std::string_view name) const {
    return value_of(path_parameters, name).value_or("");
}

std::optional<std::string_view> Request::query_parameter(std::string_view name) const {
    return value_of(query, name);
}

Response bytes_response(int status, std::string_view content_type, std::string bytes) {
    return {.status = status, .headers = {{"Content-Type", std::string(content_type)}}, .body = std::move(bytes)};
}

}  // namespace runtime
