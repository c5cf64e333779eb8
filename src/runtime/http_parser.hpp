// HTTP/1.1 messages from bytes (RFC 9112): a machine without I/O over Beast's parser, with what Beast leaves open
// decided against request smuggling: "chunked" is the only transfer coding, never beside a Content-Length or in
// HTTP/1.0; a 1.1 request names its host once. A parser reads one message; what follows it is not consumed. One thread
// at a time.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "runtime/http.hpp"

namespace runtime {

struct MessageHead {
    std::string method;  // requests
    std::string target;
    int status = 0;  // responses
    Headers headers;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool http_1_0 = false;
    bool keep_alive = false;
};

template <bool is_request>
class MessageParser {
  public:
    explicit MessageParser(std::uint32_t header_limit_bytes);
    ~MessageParser();
    MessageParser(MessageParser&&) noexcept;
    MessageParser& operator=(MessageParser&&) noexcept;

    /// Responses only: the answer to a HEAD has no body whatever its header says.
    void expect_no_body();

    /// Takes bytes from the start of `input` and says how many. 0 before the head is done means: not enough yet, bring
    /// the same and more. It stops after the head, after `http_chunk_bytes` of body (take them by body()) and at the
    /// message's end. Errors: request_malformed, header_too_large.
    base::Result<std::size_t> put(std::string_view input);
    /// The peer has closed. Errors: request_malformed when the message needed more.
    base::Result<void> put_end();

    [[nodiscard]] bool head_done() const;
    [[nodiscard]] bool done() const;
    /// Once, when head_done(). Errors: request_malformed.
    base::Result<MessageHead> take_head();
    /// The body bytes that the last put() found; valid until the next.
    [[nodiscard]] std::string_view body() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

using RequestParser = MessageParser<true>;
using ResponseParser = MessageParser<false>;

}  // namespace runtime
