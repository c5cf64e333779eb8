#include "runtime/http_parser.hpp"

#include <random>

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using runtime::RequestParser;
using runtime::ResponseParser;

struct Parsed {
    runtime::MessageHead head;
    std::string body;
    std::string rest;
    bool done = false;
};

// Gives the parser the wire in pieces of the lengths that `next_length` draws, as a socket would.
template <class Parser, class NextLength>
base::Result<Parsed> parse(Parser parser, std::string_view wire, NextLength next_length) {
    Parsed parsed;
    std::string input;
    bool head_taken = false;
    while (!parser.done()) {
        const auto consumed = parser.put(input);
        if (!consumed) return std::unexpected(consumed.error());
        parsed.body += parser.body();
        input.erase(0, *consumed);
        if (parser.head_done() && !head_taken) {
            auto head = parser.take_head();
            if (!head) return std::unexpected(head.error());
            parsed.head = *head;
            head_taken = true;
        }
        if (parser.done() || (*consumed > 0 && !input.empty())) continue;
        if (wire.empty()) break;
        const std::string_view piece = wire.substr(0, next_length());
        input += piece;
        wire.remove_prefix(piece.size());
    }
    parsed.done = parser.done();
    parsed.rest = input.append(wire);
    return parsed;
}

base::Result<Parsed> parse_request(std::string_view wire) {
    return parse(RequestParser(1000), wire, [] { return 1000; });
}

const std::string chunked =
    "POST /a?b=c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n "
    "world\r\n0\r\nTrailer: t\r\n\r\nGET /next";

TEST(RequestParser, ReadsHeadBodyAndLeavesTheNextMessage) {
    const auto parsed = parse_request(chunked);
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->done);
    EXPECT_EQ(parsed->head.method, "POST");
    EXPECT_EQ(parsed->head.target, "/a?b=c");
    EXPECT_TRUE(parsed->head.chunked);
    EXPECT_TRUE(parsed->head.keep_alive);
    EXPECT_EQ(parsed->body, "hello world");
    EXPECT_EQ(parsed->rest, "GET /next");
}

TEST(RequestParser, ReadsTheSameInAnyPieces) {
    const auto seed = static_cast<unsigned>(testing::UnitTest::GetInstance()->random_seed());
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        const auto parsed = parse(RequestParser(1000), chunked, [&] { return 1 + random() % 20; });
        ASSERT_TRUE(parsed) << "seed " << seed;
        EXPECT_EQ(parsed->body, "hello world") << "seed " << seed;
        EXPECT_EQ(parsed->rest, "GET /next") << "seed " << seed;
    }
}

TEST(RequestParser, NeedsNoBodyWithoutALength) {
    const auto parsed = parse_request("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(parsed->done);
    EXPECT_EQ(parsed->body, "");
}

TEST(RequestParser, RefusesWhatAProxyCouldReadInAnotherWay) {
    for (const std::string_view fields :
         {"Host: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n",
          "Host: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
          "Host: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n", "Host: h\r\nContent-Length: +3\r\n",
          "Host: h\r\nContent-Length: 3, 3\r\n", "Host: h\r\nTransfer-Encoding: gzip, chunked\r\n",
          "Host: h\r\nTransfer-Encoding: gzip\r\n", "Host: h\r\nTransfer-Encoding: xchunked\r\n",
          "Host: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Host: h\r\nHost: g\r\n", "",
          "Host : h\r\n", "Host: h\r\nA\tB: c\r\n",
          "Host: h\r\nX: a\x01"
          "b\r\n"}) {
        const auto parsed = parse_request("POST / HTTP/1.1\r\n" + std::string(fields) + "\r\nabc");
        ASSERT_FALSE(parsed) << fields;
        EXPECT_EQ(parsed.error().code, ErrorCode::request_malformed);
    }
}

TEST(RequestParser, RefusesBadLinesAndChunks) {
    for (const std::string_view wire :
         {"GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n", "\x16\x03\x01 tls hello\r\n\r\n",
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
          "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"}) {
        EXPECT_FALSE(parse_request(wire)) << wire;
    }
}

TEST(RequestParser, BoundsItsHeader) {
    const auto parsed = parse_request("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1200, 'x') + "\r\n\r\n");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, ErrorCode::header_too_large);
}

TEST(ResponseParser, ReadsUntilTheEndWhenNoLengthIsGiven) {
    ResponseParser parser(1000);
    const std::string_view wire = "HTTP/1.1 200 OK\r\n\r\nbody";
    const auto consumed = parser.put(wire);
    ASSERT_TRUE(consumed);
    EXPECT_EQ(parser.take_head()->status, 200);
    ASSERT_TRUE(parser.put(wire.substr(*consumed)));
    EXPECT_EQ(parser.body(), "body");
    EXPECT_FALSE(parser.done());
    EXPECT_TRUE(parser.put_end());
    EXPECT_TRUE(parser.done());
}

TEST(ResponseParser, SeesACutBody) {
    ResponseParser parser(1000);
    const std::string_view wire = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nbody";
    const auto consumed = parser.put(wire);
    ASSERT_TRUE(consumed);
    ASSERT_TRUE(parser.put(wire.substr(*consumed)));
    EXPECT_FALSE(parser.put_end());
}

TEST(ResponseParser, ExpectsNoBodyAfterHead) {
    ResponseParser parser(1000);
    parser.expect_no_body();
    ASSERT_TRUE(parser.put("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"));
    EXPECT_TRUE(parser.done());
}

}  // namespace
