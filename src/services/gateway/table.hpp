// The one table of the public API: which path belongs to which service, and how much a request may bring. Adding an
// endpoint to a service is a row here.
#pragma once
#include <span>
#include <string_view>

#include "runtime/http.hpp"

namespace gateway {

enum class Size : std::uint8_t {
    small,       // 1 MiB, 30 s
    transcript,  // a whole transcript of many hours: 16 MiB, 30 s
    upload,      // gateway.upload_bytes, gateway.upload_time
};

struct Row {
    std::string_view method;
    std::string_view pattern;
    std::string_view service;
    Size size = Size::small;
};

/// Every row; GET stands for HEAD as well, unless that has its own.
std::span<const Row> table();

/// The service that a request of this row goes to: POST /v1/sessions brings a whole video when it is
/// multipart/form-data, which is upload's, and else a description, which is session's. Pure.
std::string_view service_of(const Row& row, const runtime::Request& request);

/// Whether OpenAI's clients call this path, who expect a member "error" in a fault's body.
bool is_openai_path(std::string_view target);

}  // namespace gateway
