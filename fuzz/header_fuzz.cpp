// Header fields and query parameters that handlers read themselves: values with parameters (Content-Type,
// Content-Disposition), entity tags, pages and cursors; and a download's name made of any title.
#include <algorithm>
#include <string>

#include "base/utf8.hpp"
#include "flow/requests.hpp"
#include "fuzz/fuzzing.hpp"
#include "runtime/uri.hpp"
#include "services/exporting/download_name.hpp"
#include "services/session/fields.hpp"
#include "services/upload/header_value.hpp"

namespace {

using fuzz::check;

// As a header field can have it: line ends and zeros never get through the parser of HTTP.
std::string field_of(std::string_view text) {
    std::string field(text);
    std::erase_if(field, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    return field;
}

void values(std::string_view text) {
    const auto value = upload::parse_header_value(text);
    if (!value) return;
    check(!value->value.empty());
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    check(std::ranges::none_of(value->value, is_upper));
    for (const auto& [name, parameter] : value->parameters)
        check(!name.empty() && std::ranges::none_of(name, is_upper) && parameter.size() <= text.size());
}

void names(std::string_view title) {
    const auto value = upload::parse_header_value(exporting::content_disposition(title, "srt"));
    check(value.has_value() && value->value == "attachment" && value->parameters.size() == 2);
    const std::string& name = value->parameters.at("filename");
    check(name.ends_with(".srt") && !name.starts_with('.') && name.find_first_of("/\\\"") == std::string::npos);
    check(std::ranges::all_of(name, [](char c) { return c >= ' ' && c < 127; }));
}

void tags(const std::string& field) {
    runtime::Request request;
    request.headers.set("If-Match", field);
    request.headers.set("If-None-Match", field);
    const bool matches = flow::check_if_match(request, "\"7\"").has_value();
    const bool any = field.contains('*');
    check(!matches || any || field.contains("\"7\""));
    check(!session::none_match_names(request, "\"7\"") || any || field.contains("\"7\""));
}

void pages(std::string_view text) {
    const auto query = runtime::parse_query(text);
    if (!query) return;
    const runtime::Request request{.query = *query};
    const auto page = flow::page_query(request);
    if (!page) return;
    check(page->limit >= 1 && page->limit <= 100);
    if (const auto cursor = request.query_parameter("cursor")) check(flow::to_cursor(page->after) == *cursor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    values(text);
    names(text);
    tags(field_of(text));
    pages(text);
    return 0;
}
