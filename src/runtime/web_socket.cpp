#include "runtime/web_socket.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "runtime/http.hpp"
#include "runtime/http_wire.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t longest_reason_bytes = 123;  // what fits a control frame beside the code
constexpr std::size_t key_bytes = 16;

bool lists(const Request& request, std::string_view field, std::string_view token) {
    return std::ranges::any_of(list_values(request.headers, field),
                               [&](const std::string& value) { return same_token(value, token); });
}

}  // namespace

CloseCode close_code_of(base::ErrorCode code) {
    const int status = base::describe(code).http_status;
    if (status == 503 || status == 429) return CloseCode::try_again;
    return status >= 500 ? CloseCode::internal : CloseCode::policy;
}

bool WebSocketOutbox::send(std::string text) {
    const std::lock_guard lock(mutex_);
    if (!wake_ || closing_) return false;
    if (waiting_bytes_ + text.size() > limit_bytes_) {
        waiting_.clear();
        waiting_bytes_ = 0;
        closing_ = Closing{CloseCode::policy, "the client does not read what it is sent"};
    } else {
        waiting_bytes_ += text.size();
        waiting_.push_back(std::move(text));
    }
    wake_();
    return !closing_;
}

void WebSocketOutbox::close(CloseCode code, std::string reason) {
    const std::lock_guard lock(mutex_);
    if (!wake_ || closing_) return;
    reason.resize(std::min(reason.size(), longest_reason_bytes));
    closing_ = Closing{code, std::move(reason)};
    wake_();
}

std::size_t WebSocketOutbox::waiting_bytes() const {
    const std::lock_guard lock(mutex_);
    return waiting_bytes_;
}

WebSocketOutbox::Next WebSocketOutbox::take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return {{}, closing_};
    Next next{std::move(waiting_.front()), {}};
    waiting_.pop_front();
    waiting_bytes_ -= next.text->size();
    return next;
}

void WebSocketOutbox::end() {
    const std::lock_guard lock(mutex_);
    wake_ = nullptr;
    waiting_.clear();
    waiting_bytes_ = 0;
}

bool WebSocketOutbox::closing() const {
    const std::lock_guard lock(mutex_);
    return !wake_ || closing_;
}

bool asks_for_web_socket(const Request& request) {
    return lists(request, "Connection", "upgrade") && lists(request, "Upgrade", "websocket");
}

base::Result<void> check_web_socket(const Request& request) {
    if (request.method != "GET" || !asks_for_web_socket(request))
        return fail(ErrorCode::upgrade_required, "this path is a WebSocket: open it with a client for those");
    if (request.headers.find("Sec-WebSocket-Version").value_or("") != "13")
        return fail(ErrorCode::upgrade_required, "the version of the WebSocket protocol that is spoken here is 13");
    const auto key = base::from_base64(request.headers.find("Sec-WebSocket-Key").value_or(""));
    if (!key || key->size() != key_bytes)
        return fail(ErrorCode::request_malformed, "Sec-WebSocket-Key must be 16 bytes in base64");
    if (request.content_length.value_or(1) != 0)
        return fail(ErrorCode::request_malformed, "the request that opens a WebSocket has no body");
    return {};
}

}  // namespace runtime
