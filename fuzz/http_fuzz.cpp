// HTTP requests as an enemy writes them, in pieces: the parser must end, consume no more than it was given, and read
// the same from any pieces; whatever passes must come apart into a target, and an answer to it must be one message.
#include <string>

#include "fuzz/fuzzing.hpp"
#include "runtime/http_parser.hpp"
#include "runtime/http_wire.hpp"
#include "runtime/uri.hpp"

namespace {

using fuzz::check;

struct Read {
    bool refused = false;
    bool done = false;
    std::string head;
    std::string body;
};

Read read_in_pieces(std::string_view wire, std::size_t piece_bytes) {
    runtime::RequestParser parser(4096);
    Read read;
    std::string input;
    bool head_taken = false;
    while (!parser.done()) {
        const auto consumed = parser.put(input);
        if (!consumed) return {.refused = true};
        check(*consumed <= input.size());
        input.erase(0, *consumed);
        read.body += parser.body();
        if (parser.head_done() && !head_taken) {
            const auto head = parser.take_head();
            if (!head) return {.refused = true};
            read.head = head->method + " " + head->target;
            const std::string copy =
                runtime::request_head(head->method, "/", "h", runtime::end_to_end_headers(head->headers), {});
            check(copy.find("\r\n\r\n") == copy.size() - 4);
            head_taken = true;
        }
        if (*consumed > 0 && !input.empty()) continue;
        if (wire.empty()) break;
        input += wire.substr(0, piece_bytes);
        wire.remove_prefix(std::min(piece_bytes, wire.size()));
    }
    read.done = parser.done();
    return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view wire = fuzz::text_of(data, size).substr(1);
    const Read whole = read_in_pieces(wire, wire.size() + 1);
    const Read pieces = read_in_pieces(wire, data[0] % 31U + 1U);
    if (whole.done && pieces.done) check(whole.head == pieces.head && whole.body == pieces.body);
    if (whole.done) check(!pieces.refused && pieces.done);
    if (const auto target = runtime::parse_target(wire)) {
        std::string again;
        for (const std::string& segment : target->segments)
            again += "/" + runtime::percent_encode(segment);
        check(runtime::parse_target(again.empty() ? "/" : again)->segments == target->segments);
    }
    if (const auto url = runtime::parse_url(wire)) check(!url->host.empty() && url->target.starts_with('/'));
    return 0;
}
