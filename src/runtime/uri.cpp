#include "runtime/uri.hpp"

#include <algorithm>
#include <charconv>

#include "base/utf8.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;

enum class Plus : bool { stays, is_space };

int hex_digit(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return -1;
}

bool is_clean_text(std::string_view text) {
    const bool controls =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    return !controls && base::valid_utf8(text) == text;
}

base::Result<std::string> decode(std::string_view text, Plus plus) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::is_space) {
            decoded += ' ';
        } else if (text[i] != '%') {
            decoded += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return fail(ErrorCode::request_malformed, "a % in the target is not followed by two hex digits");
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    if (!is_clean_text(decoded))
        return fail(ErrorCode::request_malformed, "the target is not UTF-8 text without control characters");
    return decoded;
}

base::Result<std::vector<std::string>> parse_path(std::string_view path) {
    std::vector<std::string> segments;
    path.remove_prefix(1);
    while (!path.empty()) {
        if (segments.size() == most_path_segments)
            return fail(ErrorCode::request_malformed, "the path has too many segments");
        const std::size_t end = std::min(path.find('/'), path.size());
        auto segment = decode(path.substr(0, end), Plus::stays);
        if (!segment) return std::unexpected(segment.error());
        if (segment->empty() || *segment == "." || *segment == "..") {
            return fail(ErrorCode::request_malformed, "the path has a segment that is empty, '.' or '..'");
        }
        segments.push_back(*std::move(segment));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

}  // namespace

base::Result<NamedValues> parse_query(std::string_view query) {
    NamedValues parameters;
    while (!query.empty()) {
        if (parameters.size() == most_query_parameters)
            return fail(ErrorCode::request_malformed, "the query has too many parameters");
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals), Plus::is_space);
        if (!name) return std::unexpected(name.error());
        auto value = decode(pair.substr(std::min(equals + 1, pair.size())), Plus::is_space);
        if (!value) return std::unexpected(value.error());
        parameters.emplace_back(*std::move(name), *std::move(value));
    }
    return parameters;
}

base::Result<Target> parse_target(std::string_view target) {
    if (!target.starts_with('/')) return fail(ErrorCode::request_malformed, "the request target must begin with '/'");
    const std::size_t path_end = std::min(target.find('?'), target.size());
    Target result;
    result.path = target.substr(0, path_end);
    result.query = target.substr(std::min(path_end + 1, target.size()));
    auto segments = parse_path(result.path);
    if (!segments) return std::unexpected(segments.error());
    auto parameters = parse_query(result.query);
    if (!parameters) return std::unexpected(parameters.error());
    result.segments = *std::move(segments);
    result.parameters = *std::move(parameters);
    return result;
}

base::Result<Url> parse_url(std::string_view text) {
    const auto refuse = [](const char* why) { return fail(ErrorCode::invalid_argument, why); };
    Url url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://")) return refuse("a URL begins with https:// or http://");
    text.remove_prefix(url.tls ? 8 : 7);
    if (text.find_first_of(" #@\\<>\"") != std::string_view::npos || !is_clean_text(text)) {
        return refuse("a URL here has no user, fragment, space or control character");
    }
    const std::size_t authority_end = std::min(text.find_first_of("/?"), text.size());
    url.authority = text.substr(0, authority_end);
    url.target = text.substr(authority_end);
    if (!url.target.starts_with('/')) url.target.insert(0, "/");
    const bool bracketed = url.authority.starts_with('[');
    const std::size_t host_end =
        bracketed ? url.authority.find(']') : std::min(url.authority.find(':'), url.authority.size());
    if (host_end == std::string::npos) return refuse("a URL's numeric address has an opening bracket only");
    url.host = url.authority.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
    const std::string_view after = std::string_view(url.authority).substr(host_end + (bracketed ? 1 : 0));
    if (url.host.empty() || url.host.size() > 253) return refuse("a URL names a host");
    url.port = url.tls ? 443 : 80;
    if (after.empty()) return url;
    const auto read = std::from_chars(after.data() + 1, after.data() + after.size(), url.port);
    if (after[0] != ':' || read.ec != std::errc() || read.ptr != after.data() + after.size() || url.port == 0) {
        return refuse("a URL's port is a number from 1 to 65535");
    }
    return url;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    std::string encoded;
    for (const char character : text) {
        if (unreserved.contains(character)) {
            encoded += character;
            continue;
        }
        const auto byte = static_cast<unsigned char>(character);
        encoded.append({'%', hexadecimal[byte >> 4U], hexadecimal[byte & 15U]});
    }
    return encoded;
}

}  // namespace runtime
