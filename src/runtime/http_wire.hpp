// HTTP/1.1 messages as bytes. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http.hpp"

namespace runtime {

/// How the end of a body is told; or that what follows is to be a WebSocket.
struct Framing {
    enum class Kind : std::uint8_t { none, length, chunked, until_close, web_socket };
    Kind kind = Kind::none;
    std::uint64_t length_bytes = 0;
};

/// The values of a field that is a list (RFC 9110, 5.6.1), all its lines together, without empty ones.
std::vector<std::string> list_values(const Headers& headers, std::string_view name);

/// Status line and fields with the empty line. Field names that are not tokens are left out, and line breaks and NUL in
/// values become spaces, so that no value can begin another field. Framing and connection fields of `headers` are
/// ignored: these are written from the arguments.
std::string response_head(int status, const Headers& headers, const Framing& framing, bool keep_alive);

/// Request line and fields, likewise. `host` is the Host field.
std::string request_head(std::string_view method, std::string_view target, std::string_view host,
                         const Headers& headers, const Framing& framing);

/// What goes before a chunk of this size; "\r\n" goes after it.
std::string chunk_head(std::size_t size_bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

/// Without the fields that speak of one connection only (RFC 9110, 7.6.1), those named by Connection among them: what a
/// proxy may hand on.
Headers end_to_end_headers(const Headers& headers);

/// "OK" for 200 and so on; empty for a status without a name here.
std::string_view reason_phrase(int status);

}  // namespace runtime
