#include "runtime/http_wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace runtime {
namespace {

constexpr std::array hop_by_hop{std::string_view("Connection"),
                                std::string_view("Keep-Alive"),
                                std::string_view("TE"),
                                std::string_view("Transfer-Encoding"),
                                std::string_view("Upgrade"),
                                std::string_view("Trailer"),
                                std::string_view("Proxy-Connection"),
                                std::string_view("Proxy-Authenticate"),
                                std::string_view("Proxy-Authorization")};

constexpr std::array reasons{
    std::pair{100, "Continue"},
    std::pair{101, "Switching Protocols"},
    std::pair{200, "OK"},
    std::pair{201, "Created"},
    std::pair{202, "Accepted"},
    std::pair{204, "No Content"},
    std::pair{206, "Partial Content"},
    std::pair{304, "Not Modified"},
    std::pair{400, "Bad Request"},
    std::pair{401, "Unauthorized"},
    std::pair{403, "Forbidden"},
    std::pair{404, "Not Found"},
    std::pair{405, "Method Not Allowed"},
    std::pair{408, "Request Timeout"},
    std::pair{409, "Conflict"},
    std::pair{410, "Gone"},
    std::pair{412, "Precondition Failed"},
    std::pair{413, "Content Too Large"},
    std::pair{415, "Unsupported Media Type"},
    std::pair{416, "Range Not Satisfiable"},
    std::pair{417, "Expectation Failed"},
    std::pair{422, "Unprocessable Content"},
    std::pair{423, "Locked"},
    std::pair{426, "Upgrade Required"},
    std::pair{428, "Precondition Required"},
    std::pair{429, "Too Many Requests"},
    std::pair{431, "Request Header Fields Too Large"},
    std::pair{460, "Checksum Mismatch"},
    std::pair{500, "Internal Server Error"},
    std::pair{501, "Not Implemented"},
    std::pair{502, "Bad Gateway"},
    std::pair{503, "Service Unavailable"},
    std::pair{504, "Gateway Timeout"},
    std::pair{507, "Insufficient Storage"},
};

bool is_one_of(std::string_view name, auto&& names) {
    return std::ranges::any_of(names, [&](std::string_view other) { return same_token(name, other); });
}

bool is_token(std::string_view name) {
    constexpr std::string_view allowed =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return !name.empty() && name.find_first_not_of(allowed) == std::string_view::npos;
}

void append_field(std::string& wire, std::string_view name, std::string_view value) {
    wire.append(name).append(": ");
    for (const char character : value) {
        const auto byte = static_cast<unsigned char>(character);
        wire += (byte < 0x20 && character != '\t') || byte == 0x7F ? ' ' : character;
    }
    wire += "\r\n";
}

void append_fields(std::string& wire, const Headers& headers) {
    for (const auto& [name, value] : headers) {
        const bool ours = is_one_of(name, hop_by_hop) || same_token(name, "Content-Length");
        if (!ours && is_token(name)) append_field(wire, name, value);
    }
}

void append_upgrade(std::string& wire) {
    append_field(wire, "Connection", "Upgrade");
    append_field(wire, "Upgrade", "websocket");
}

void append_framing(std::string& wire, const Framing& framing) {
    if (framing.kind == Framing::Kind::length)
        append_field(wire, "Content-Length", std::to_string(framing.length_bytes));
    if (framing.kind == Framing::Kind::chunked) append_field(wire, "Transfer-Encoding", "chunked");
    if (framing.kind == Framing::Kind::web_socket) append_upgrade(wire);
}

std::vector<std::string_view> list_items(std::string_view list) {
    std::vector<std::string_view> items;
    while (!list.empty()) {
        std::string_view item = list.substr(0, list.find(','));
        list.remove_prefix(std::min(item.size() + 1, list.size()));
        while (item.starts_with(' ') || item.starts_with('\t'))
            item.remove_prefix(1);
        while (item.ends_with(' ') || item.ends_with('\t'))
            item.remove_suffix(1);
        items.push_back(item);
    }
    return items;
}

}  // namespace

std::vector<std::string> list_values(const Headers& headers, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [field, value] : headers) {
        if (!same_token(field, name)) continue;
        for (const std::string_view item : list_items(value)) {
            if (!item.empty()) values.emplace_back(item);
        }
    }
    return values;
}

std::string_view reason_phrase(int status) {
    const auto found = std::ranges::find(reasons, status, [](const auto& row) { return row.first; });
    return found == reasons.end() ? "" : found->second;
}

std::string response_head(int status, const Headers& headers, const Framing& framing, bool keep_alive) {
    std::string wire = "HTTP/1.1 " + std::to_string(status) + " ";
    wire.append(reason_phrase(status)).append("\r\n");
    append_fields(wire, headers);
    append_framing(wire, framing);
    if (status == 426) append_field(wire, "Upgrade", "websocket");  // RFC 9110, 15.5.22
    if (!keep_alive) append_field(wire, "Connection", "close");
    return wire += "\r\n";
}

std::string request_head(std::string_view method, std::string_view target, std::string_view host,
                         const Headers& headers, const Framing& framing) {
    std::string wire;
    wire.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    append_field(wire, "Host", host);
    Headers others = headers;
    others.remove("Host");
    append_fields(wire, others);
    append_framing(wire, framing);
    return wire += "\r\n";
}

std::string chunk_head(std::size_t size_bytes) {
    std::array<char, 20> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), size_bytes, 16);
    return std::string(text.data(), end.ptr).append("\r\n");
}

Headers end_to_end_headers(const Headers& headers) {
    std::vector<std::string_view> named;
    for (const auto& [name, value] : headers) {
        if (!same_token(name, "Connection")) continue;
        for (const std::string_view item : list_items(value))
            named.push_back(item);
    }
    Headers kept;
    for (const auto& [name, value] : headers) {
        if (!is_one_of(name, hop_by_hop) && !is_one_of(name, named)) kept.add(name, value);
    }
    return kept;
}

}  // namespace runtime
