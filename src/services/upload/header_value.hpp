// Header values with parameters (RFC 9110, 5.6.6), as Content-Type and Content-Disposition have them. Pure; any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace upload {

struct HeaderValue {
    std::string value;                                           // lower case, such as "form-data"
    std::map<std::string, std::string, std::less<>> parameters;  // names in lower case
};

/// Parameters are tokens or quoted strings. As browsers write file names (WHATWG HTML, 4.10.21.8) and as users of
/// Windows have them, a backslash only escapes a quotation mark; "%22" is left as it is. Absent when malformed or when
/// a parameter is there twice.
std::optional<HeaderValue> parse_header_value(std::string_view text);

/// "type/subtype" in lower case, without parameters; "application/octet-stream" for what is none.
std::string media_type_of(std::string_view content_type);

/// Whether a body that calls itself so cannot be a video: web pages and scripts, which are never stored, so that nobody
/// can be made to open one.
bool is_refused_media_type(std::string_view media_type);

}  // namespace upload
