// The request target of HTTP/1.1 (RFC 9112, origin form) taken apart: path segments and query parameters,
// percent-decoded (RFC 3986) once, after the splitting, so that an escaped '/' or '&' stays part of its value. Pure;
// any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace runtime {

using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct Target {
    std::string path;                   // as it was sent, without the query
    std::string query;                  // as it was sent, without the '?'
    std::vector<std::string> segments;  // decoded; "/" has none
    NamedValues parameters;             // decoded, in their order
};

inline constexpr std::size_t most_query_parameters = 100;
inline constexpr std::size_t most_path_segments = 32;

/// Errors: request_malformed (not beginning with '/', a bad escape, a control character, bytes that are not UTF-8, a
/// segment
/// "." or "..", an empty segment other than the last, too many parts).
base::Result<Target> parse_target(std::string_view target);

/// "a=1&b=2" as in application/x-www-form-urlencoded: '+' is a space. Errors: request_malformed.
base::Result<NamedValues> parse_query(std::string_view query);

struct Url {
    bool tls = false;
    std::string host;  // a name, or a numeric address without its brackets
    std::uint16_t port = 80;
    std::string authority;  // as the Host field names it
    std::string target;     // path and query; "/" when there is none
};

/// An absolute URL of http or https (RFC 3986) without user information; what comes after a '#' is refused too.
/// Errors: invalid_argument.
base::Result<Url> parse_url(std::string_view text);

/// Everything but RFC 3986's unreserved characters as %XX.
std::string percent_encode(std::string_view text);

}  // namespace runtime
