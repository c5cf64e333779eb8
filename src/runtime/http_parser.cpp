#include "runtime/http_parser.hpp"

#if defined(__GNUC__) && !defined(__clang__)
// GCC 12, with sanitizers, takes the empty optional that Beast compares with for one that holds a number (GCC bug
// 80635).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace runtime {
namespace {

namespace http = boost::beast::http;
using base::ErrorCode;
using base::fail;

std::unexpected<base::Error> refuse(std::string message) {
    return fail(ErrorCode::request_malformed, std::move(message));
}

std::unexpected<base::Error> parser_fault(const boost::beast::error_code& fault) {
    if (fault == http::error::header_limit)
        return fail(ErrorCode::header_too_large, "the header is too large; send fewer or shorter fields");
    return refuse("not HTTP/1.1: " + fault.message());
}

template <class Fields>
Headers headers_of(const Fields& fields) {
    Headers headers;
    for (const auto& field : fields)
        headers.add(std::string_view(field.name_string()), std::string(field.value()));
    return headers;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

base::Result<void> check_framing(const MessageHead& head) {
    const auto lengths = head.headers.count("Content-Length");
    if (lengths > 1 || (lengths == 1 && !is_number(*head.headers.find("Content-Length")))) {
        return refuse("a Content-Length is one number, given once");
    }
    const auto codings = head.headers.count("Transfer-Encoding");
    if (codings == 0) return {};
    if (codings > 1 || !same_token(*head.headers.find("Transfer-Encoding"), "chunked") || head.http_1_0 ||
        lengths > 0) {
        return refuse("the only transfer coding is one \"chunked\", without a Content-Length");
    }
    return {};
}

base::Result<void> check_host(const MessageHead& head) {
    const auto hosts = head.headers.count("Host");
    if (hosts > 1 || (hosts == 0 && !head.http_1_0)) return refuse("a request names its Host once");
    return {};
}

}  // namespace

template <bool is_request>
struct MessageParser<is_request>::State {
    http::parser<is_request, http::buffer_body> parser;
    std::unique_ptr<std::byte[]> body;  // made when the first body byte comes
    std::size_t body_size = 0;
};

template <bool is_request>
MessageParser<is_request>::MessageParser(std::uint32_t header_limit_bytes) : state_(std::make_unique<State>()) {
    state_->parser.header_limit(header_limit_bytes);
    state_->parser.body_limit(boost::none);
}

template <bool is_request>
MessageParser<is_request>::~MessageParser() = default;
template <bool is_request>
MessageParser<is_request>::MessageParser(MessageParser&&) noexcept = default;
template <bool is_request>
MessageParser<is_request>& MessageParser<is_request>::operator=(MessageParser&&) noexcept = default;

template <bool is_request>
void MessageParser<is_request>::expect_no_body() {
    state_->parser.skip(true);
}

template <bool is_request>
base::Result<std::size_t> MessageParser<is_request>::put(std::string_view input) {
    auto& parser = state_->parser;
    state_->body_size = 0;
    if (parser.is_header_done()) {
        if (!state_->body) state_->body = std::make_unique_for_overwrite<std::byte[]>(http_chunk_bytes);
        parser.get().body() = {state_->body.get(), http_chunk_bytes, true};
        parser.eager(true);
    }
    boost::beast::error_code fault;
    const std::size_t consumed = parser.put(boost::asio::buffer(input.data(), input.size()), fault);
    if (fault && fault != http::error::need_more && fault != http::error::need_buffer) return parser_fault(fault);
    if (state_->body) state_->body_size = http_chunk_bytes - parser.get().body().size;
    return consumed;
}

template <bool is_request>
base::Result<void> MessageParser<is_request>::put_end() {
    boost::beast::error_code fault = http::error::partial_message;
    if (state_->parser.is_header_done()) state_->parser.put_eof(fault);
    if (fault) return refuse("the connection ended inside a message");
    return {};
}

template <bool is_request>
bool MessageParser<is_request>::head_done() const {
    return state_->parser.is_header_done();
}

template <bool is_request>
bool MessageParser<is_request>::done() const {
    return state_->parser.is_done();
}

template <bool is_request>
base::Result<MessageHead> MessageParser<is_request>::take_head() {
    const auto& message = state_->parser.get();
    MessageHead head;
    if constexpr (is_request) {
        head.method = std::string(message.method_string());
        head.target = std::string(message.target());
    } else {
        head.status = static_cast<int>(message.result_int());
    }
    head.headers = headers_of(message.base());
    head.http_1_0 = message.version() == 10;
    head.chunked = state_->parser.chunked();
    head.keep_alive = state_->parser.keep_alive();
    if (const auto length = state_->parser.content_length()) head.content_length = *length;
    if (auto framing = check_framing(head); !framing) return std::unexpected(framing.error());
    if constexpr (is_request) {
        if (auto host = check_host(head); !host) return std::unexpected(host.error());
    }
    return head;
}

template <bool is_request>
std::string_view MessageParser<is_request>::body() const {
    return {reinterpret_cast<const char*>(state_->body.get()), state_->body_size};
}

template class MessageParser<true>;
template class MessageParser<false>;

}  // namespace runtime
