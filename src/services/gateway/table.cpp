#include "services/gateway/table.hpp"

#include <array>

namespace gateway {
namespace {

constexpr std::array rows{
    Row{"POST", "/v1/sessions", "session", Size::upload},
    Row{"GET", "/v1/sessions", "session"},
    Row{"GET", "/v1/sessions/{id}", "session"},
    Row{"PATCH", "/v1/sessions/{id}", "session"},
    Row{"DELETE", "/v1/sessions/{id}", "session"},
    Row{"POST", "/v1/sessions/{id}/cancel", "session"},
    Row{"POST", "/v1/sessions/{id}/retry", "session"},
    Row{"GET", "/v1/sessions/{id}/transcript", "session"},
    Row{"PUT", "/v1/sessions/{id}/transcript", "session", Size::transcript},
    Row{"GET", "/v1/sessions/{id}/speakers", "session"},
    Row{"PATCH", "/v1/sessions/{id}/speakers", "session"},
    Row{"GET", "/v1/sessions/{id}/transcript/versions", "session"},
    Row{"GET", "/v1/sessions/{id}/vocabulary", "session"},
    Row{"GET", "/v1/vocabulary", "session"},
    Row{"PUT", "/v1/vocabulary", "session"},

    Row{"OPTIONS", "/v1/uploads", "upload"},
    Row{"POST", "/v1/uploads", "upload", Size::upload},
    Row{"HEAD", "/v1/uploads/{id}", "upload"},
    Row{"POST", "/v1/uploads/{id}", "upload", Size::upload},
    Row{"PATCH", "/v1/uploads/{id}", "upload", Size::upload},
    Row{"DELETE", "/v1/uploads/{id}", "upload"},
    Row{"PUT", "/v1/sessions/{id}/video", "upload", Size::upload},
    Row{"GET", "/v1/sessions/{id}/video", "upload"},
    Row{"POST", "/v1/audio/transcriptions", "upload", Size::upload},

    Row{"GET", "/v1/models", "transcription"},
    Row{"GET", "/v1/sessions/{id}/runs", "transcription"},
    Row{"GET", "/v1/stream", "transcription"},
    Row{"GET", "/v1/voices", "transcription"},
    Row{"PUT", "/v1/voices", "transcription"},
    Row{"DELETE", "/v1/voices/{id}", "transcription"},

    Row{"GET", "/v1/sessions/{id}/analysis", "analysis"},

    Row{"POST", "/v1/sessions/{id}/exports", "exporting"},
    Row{"GET", "/v1/sessions/{id}/exports", "exporting"},
    Row{"GET", "/v1/exports/{id}", "exporting"},
    Row{"DELETE", "/v1/exports/{id}", "exporting"},
    Row{"GET", "/v1/exports/{id}/content", "exporting"},

    Row{"GET", "/v1/events", "notification"},
    Row{"GET", "/v1/sessions/{id}/events", "notification"},
    Row{"GET", "/v1/webhooks", "notification"},
    Row{"POST", "/v1/webhooks", "notification"},
    Row{"GET", "/v1/webhooks/{id}", "notification"},
    Row{"PATCH", "/v1/webhooks/{id}", "notification"},
    Row{"DELETE", "/v1/webhooks/{id}", "notification"},
    Row{"POST", "/v1/webhooks/{id}/rotate-secret", "notification"},
    Row{"POST", "/v1/webhooks/{id}/test", "notification"},
    Row{"GET", "/v1/webhooks/{id}/deliveries", "notification"},
    Row{"POST", "/v1/webhooks/{id}/deliveries/{delivery_id}/replay", "notification"},

    Row{"GET", "/v1/api-keys", "auth"},
    Row{"POST", "/v1/api-keys", "auth"},
    Row{"GET", "/v1/api-keys/{id}", "auth"},
    Row{"DELETE", "/v1/api-keys/{id}", "auth"},
    Row{"GET", "/v1/users", "auth"},
    Row{"POST", "/v1/users", "auth"},
    Row{"GET", "/v1/users/{id}", "auth"},
    Row{"PATCH", "/v1/users/{id}", "auth"},
    Row{"DELETE", "/v1/users/{id}", "auth"},
    Row{"GET", "/v1/tenants", "auth"},
    Row{"POST", "/v1/tenants", "auth"},
    Row{"GET", "/v1/tenants/{id}", "auth"},
    Row{"PATCH", "/v1/tenants/{id}", "auth"},
    Row{"GET", "/v1/me", "auth"},
    Row{"GET", "/v1/audit", "auth"},
};

bool is_multipart(const runtime::Request& request) {
    const std::string_view field = request.headers.find("Content-Type").value_or("");
    std::string_view type = field.substr(0, field.find(';'));
    while (type.ends_with(' '))
        type.remove_suffix(1);
    return runtime::same_token(type, "multipart/form-data");
}

}  // namespace

std::span<const Row> table() {
    return rows;
}

std::string_view service_of(const Row& row, const runtime::Request& request) {
    const bool brings_video = row.method == "POST" && row.pattern == "/v1/sessions" && is_multipart(request);
    return brings_video ? "upload" : row.service;
}

bool is_openai_path(std::string_view target) {
    const std::string_view path = target.substr(0, target.find('?'));
    return path == "/v1/models" || path.starts_with("/v1/models/") || path.starts_with("/v1/audio/");
}

}  // namespace gateway
