#include "base/json.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "base/utf8.hpp"

namespace base {
namespace {

namespace json = boost::json;
using ErrorCodeOut = json::error_code&;

bool has_duplicates(const JsonObject& members) {
    std::vector<std::string_view> names;
    names.reserve(members.size());
    for (const JsonMember& member : members)
        names.push_back(member.name);
    std::ranges::sort(names);
    return std::ranges::adjacent_find(names) != names.end();
}

// What Boost's parser calls: builds our own tree, so that no value of its kind is held beside it.
struct Builder {
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    struct Open {
        bool is_object = false;
        JsonArray items;
        JsonObject members;
        std::string name;
    };
    std::vector<Open> open;
    std::string text;
    Json root;

    bool place(Json value) {
        if (open.empty()) {
            root = std::move(value);
        } else if (open.back().is_object) {
            open.back().members.push_back({std::move(open.back().name), std::move(value)});
        } else {
            open.back().items.push_back(std::move(value));
        }
        return true;
    }
    bool begin(bool is_object) {
        open.push_back({is_object, {}, {}, {}});
        return true;
    }
    std::string taken_text() { return std::exchange(text, {}); }

    bool on_document_begin(ErrorCodeOut) { return true; }
    bool on_document_end(ErrorCodeOut) { return true; }
    bool on_object_begin(ErrorCodeOut) { return begin(true); }
    bool on_array_begin(ErrorCodeOut) { return begin(false); }
    bool on_object_end(std::size_t, ErrorCodeOut error) {
        JsonObject members = std::move(open.back().members);
        open.pop_back();
        if (has_duplicates(members)) {
            error = json::error::syntax;
            return false;
        }
        return place(std::move(members));
    }
    bool on_array_end(std::size_t, ErrorCodeOut) {
        JsonArray items = std::move(open.back().items);
        open.pop_back();
        return place(std::move(items));
    }
    bool on_key_part(json::string_view part, std::size_t, ErrorCodeOut) {
        text.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t size, ErrorCodeOut error) {
        on_key_part(part, size, error);
        open.back().name = taken_text();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t size, ErrorCodeOut error) {
        return on_key_part(part, size, error);
    }
    bool on_string(json::string_view part, std::size_t size, ErrorCodeOut error) {
        on_key_part(part, size, error);
        return place(taken_text());
    }
    // Boost 1.81 rounds some fractions to a neighbour, so they are read again from their text.
    bool place_number(json::string_view part, ErrorCodeOut error) {
        text.append(part.data(), part.size());
        double number = 0;
        const std::string digits = taken_text();
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (end.ec == std::errc()) return place(number);
        error = json::error::exponent_overflow;
        return false;
    }
    bool on_number_part(json::string_view part, ErrorCodeOut error) { return on_key_part(part, 0, error); }
    bool on_int64(std::int64_t number, json::string_view, ErrorCodeOut) {
        text.clear();
        return place(number);
    }
    bool on_uint64(std::uint64_t, json::string_view part, ErrorCodeOut error) { return place_number(part, error); }
    bool on_double(double, json::string_view part, ErrorCodeOut error) { return place_number(part, error); }
    bool on_bool(bool flag, ErrorCodeOut) { return place(flag); }
    bool on_null(ErrorCodeOut) { return place(Json()); }
    bool on_comment_part(json::string_view, ErrorCodeOut) { return true; }
    bool on_comment(json::string_view, ErrorCodeOut) { return true; }
};

std::string shown(std::string_view name) {
    return "\"" + printable(name, 60) + "\"";
}

}  // namespace

Json::Json() = default;
Json::Json(bool flag) : value_(flag) {}
Json::Json(int number) : value_(std::int64_t{number}) {}
Json::Json(std::int64_t number) : value_(number) {}
Json::Json(double number) : value_(number) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(std::string text) : value_(std::move(text)) {}
Json::Json(JsonArray items) : value_(std::move(items)) {}
Json::Json(JsonObject members) : value_(std::move(members)) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

bool Json::operator==(const Json&) const = default;

std::optional<double> Json::number() const {
    if (const auto* whole = integer()) return static_cast<double>(*whole);
    if (const auto* fraction = std::get_if<double>(&value_)) return *fraction;
    return std::nullopt;
}

const Json* Json::member(std::string_view name) const {
    const JsonObject* members = object();
    if (members == nullptr) return nullptr;
    const auto found = std::ranges::find(*members, name, &JsonMember::name);
    return found == members->end() ? nullptr : &found->value;
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.size_bytes) {
        return fail(ErrorCode::body_too_large,
                    "the JSON is larger than " + std::to_string(limits.size_bytes) + " bytes");
    }
    json::parse_options options;
    options.max_depth = limits.depth;
    json::basic_parser<Builder> parser(options);
    json::error_code error;
    const std::size_t place = parser.write_some(false, text.data(), text.size(), error);
    const bool trailing = !error && place < text.size();
    if (error || trailing) {
        const std::string why = trailing ? "there is something after the value" : error.message();
        return fail(ErrorCode::json_malformed, "the JSON is malformed at byte " + std::to_string(place) + ": " + why);
    }
    return std::move(parser.handler().root);
}

JsonFields::JsonFields(const Json& value, std::string where) : value_(value), where_(std::move(where)) {
    if (value_.object() == nullptr) fault("it must be an object");
}

void JsonFields::fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
}

const Json* JsonFields::any(std::string_view name) {
    asked_.emplace(name);
    const Json* value = value_.member(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const Json* JsonFields::required(std::string_view name) {
    const Json* value = any(name);
    if (value == nullptr) fault(shown(name) + " is missing");
    return value;
}

std::optional<std::string> JsonFields::optional_text(std::string_view name, std::size_t limit_bytes) {
    const Json* value = any(name);
    if (value == nullptr) return std::nullopt;
    if (value->text() != nullptr && value->text()->size() <= limit_bytes) return *value->text();
    fault(shown(name) + " must be a text of at most " + std::to_string(limit_bytes) + " bytes");
    return std::nullopt;
}

std::string JsonFields::text(std::string_view name, std::size_t limit_bytes) {
    return required(name) == nullptr ? std::string() : optional_text(name, limit_bytes).value_or("");
}

std::optional<std::int64_t> JsonFields::optional_integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const Json* value = any(name);
    if (value == nullptr) return std::nullopt;
    if (value->integer() != nullptr && *value->integer() >= least && *value->integer() <= most)
        return *value->integer();
    fault(shown(name) + " must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::int64_t JsonFields::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    return required(name) == nullptr ? least : optional_integer(name, least, most).value_or(least);
}

double JsonFields::number(std::string_view name, double least, double most) {
    const Json* value = required(name);
    const auto number = value == nullptr ? std::nullopt : value->number();
    if (number && *number >= least && *number <= most) return *number;
    fault(shown(name) + " must be a number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
}

std::optional<bool> JsonFields::optional_boolean(std::string_view name) {
    const Json* value = any(name);
    if (value == nullptr) return std::nullopt;
    if (value->boolean() != nullptr) return *value->boolean();
    fault(shown(name) + " must be true or false");
    return std::nullopt;
}

bool JsonFields::boolean(std::string_view name) {
    return required(name) != nullptr && optional_boolean(name).value_or(false);
}

Result<void> JsonFields::finish() const {
    if (!fault_.empty()) return fail(ErrorCode::invalid_argument, where_ + ": " + fault_);
    for (const JsonMember& member : *value_.object()) {
        if (!asked_.contains(member.name))
            return fail(ErrorCode::unknown_field, where_ + " has no field " + shown(member.name));
    }
    return {};
}

}  // namespace base
