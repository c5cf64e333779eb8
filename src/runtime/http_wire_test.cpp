#include "runtime/http_wire.hpp"

#include <gtest/gtest.h>

namespace {

using runtime::Framing;
using runtime::Headers;

TEST(ResponseHead, WritesStatusFieldsAndFraming) {
    EXPECT_EQ(runtime::response_head(200, {{"Content-Type", "text/plain"}}, {Framing::Kind::length, 12}, true),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n");
    EXPECT_EQ(runtime::response_head(599, {}, {Framing::Kind::chunked}, false),
              "HTTP/1.1 599 \r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, LetsNoValueBeginAnotherField) {
    EXPECT_EQ(runtime::response_head(200, {{"X", "a\r\nSet-Cookie: b"}, {"Bad Name", "c"}, {"Y\r\n", "d"}, {"", "e"}},
                                     {}, true),
              "HTTP/1.1 200 OK\r\nX: a  Set-Cookie: b\r\n\r\n");
}

TEST(ResponseHead, DecidesTheFramingItself) {
    EXPECT_EQ(runtime::response_head(
                  204, {{"content-length", "7"}, {"Transfer-Encoding", "chunked"}, {"connection", "x"}}, {}, true),
              "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(RequestHead, NamesTheHostOnce) {
    EXPECT_EQ(runtime::request_head("PUT", "/a?b", "h:1", {{"Host", "other"}, {"X", "y"}}, {Framing::Kind::length, 0}),
              "PUT /a?b HTTP/1.1\r\nHost: h:1\r\nX: y\r\nContent-Length: 0\r\n\r\n");
}

TEST(ChunkHead, IsHexadecimal) {
    EXPECT_EQ(runtime::chunk_head(255), "ff\r\n");
}

TEST(EndToEndHeaders, LeavesOutWhatConcernsOneConnection) {
    const Headers kept = runtime::end_to_end_headers({{"Connection", "keep-alive , X-Hop"},
                                                      {"x-hop", "1"},
                                                      {"Keep-Alive", "5"},
                                                      {"TE", "trailers"},
                                                      {"Upgrade", "h2c"},
                                                      {"Accept", "*/*"}});
    ASSERT_EQ(std::distance(kept.begin(), kept.end()), 1);
    EXPECT_EQ(kept.begin()->name, "Accept");
}

}  // namespace
