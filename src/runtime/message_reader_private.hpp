// Reads messages from a transport, one after the other; what arrives too early stays for the next. On the transport's
// strand. Included by .cpp files of this folder only.
#pragma once
#include "runtime/http_parser.hpp"
#include "runtime/transport_private.hpp"

namespace runtime {

template <bool is_request>
class MessageReader {
  public:
    /// `input` holds what was read beyond the last message; it belongs to the connection.
    MessageReader(Transport& transport, std::string& input, std::uint32_t header_limit_bytes)
        : transport_(transport), input_(input), parser_(header_limit_bytes) {}

    void expect_no_body() { parser_.expect_no_body(); }

    /// Waits for the first byte until `begin_by`, from then on at most `header_time` for the whole head.
    /// Errors: unavailable (closed, or nothing came in time: nobody to answer), request_timed_out, request_malformed,
    /// header_too_large.
    awaitable<base::Result<MessageHead>> read_head(TimePoint begin_by, std::chrono::milliseconds header_time) {
        if (input_.empty()) {
            const IoOutcome first = co_await fill(head_read_bytes, begin_by);
            if (first.end != IoEnd::done)
                co_return base::fail(base::ErrorCode::unavailable, "the peer sent nothing more");
        }
        const TimePoint finish_by = std::chrono::steady_clock::now() + header_time;
        while (true) {
            const auto consumed = parser_.put(input_);
            if (!consumed) co_return std::unexpected(consumed.error());
            input_.erase(0, *consumed);
            if (parser_.head_done()) co_return parser_.take_head();
            const IoOutcome more = co_await fill(head_read_bytes, finish_by);
            if (more.end == IoEnd::closed)
                co_return base::fail(base::ErrorCode::unavailable, "the peer closed inside a header");
            if (more.end == IoEnd::timed_out)
                co_return base::fail(base::ErrorCode::request_timed_out, "the header came too slowly");
        }
    }

    /// The next bytes of the body, valid until the next call; none at its end.
    /// Errors: request_timed_out, request_malformed (also when it is cut).
    awaitable<base::Result<std::string_view>> read_body(TimePoint deadline) {
        while (!parser_.done()) {
            const auto consumed = parser_.put(input_);
            if (!consumed) co_return std::unexpected(consumed.error());
            input_.erase(0, *consumed);
            if (!parser_.body().empty()) co_return parser_.body();
            if (parser_.done() || *consumed > 0) continue;
            if (input_.size() > longest_chunk_line_bytes) {
                co_return base::fail(base::ErrorCode::request_malformed, "a line between two chunks is too long");
            }
            const IoOutcome more = co_await fill(http_chunk_bytes, deadline);
            if (more.end == IoEnd::timed_out)
                co_return base::fail(base::ErrorCode::request_timed_out, "the body came too slowly");
            if (more.end == IoEnd::done) continue;
            if (auto ended = parser_.put_end(); !ended) co_return std::unexpected(ended.error());
        }
        if (input_.empty()) input_.shrink_to_fit();
        co_return std::string_view();
    }

    [[nodiscard]] bool done() const { return parser_.done(); }

  private:
    static constexpr std::size_t head_read_bytes = 4096;
    static constexpr std::size_t longest_chunk_line_bytes = std::size_t{16} * 1024;

    awaitable<IoOutcome> fill(std::size_t size_bytes, TimePoint deadline) {
        const std::size_t before = input_.size();
        input_.resize(before + size_bytes);
        const IoOutcome read = co_await transport_.read_some(std::span(input_).subspan(before), deadline);
        input_.resize(before + read.size_bytes);
        co_return read;
    }

    Transport& transport_;
    std::string& input_;
    MessageParser<is_request> parser_;
};

}  // namespace runtime
