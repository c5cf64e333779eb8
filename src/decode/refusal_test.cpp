#include "decode/refusal.hpp"

#include <string>

#include <gtest/gtest.h>

namespace decode {
namespace {

using namespace std::string_literals;

TEST(PointerKind, names_each_kind_of_playlist) {
    EXPECT_EQ(pointer_kind("#EXTM3U\n#EXT-X-TARGETDURATION:1\n"), "an HLS or M3U playlist");
    EXPECT_EQ(pointer_kind("\xEF\xBB\xBF \r\n#extm3u\n"), "an HLS or M3U playlist");
    EXPECT_EQ(pointer_kind("ffconcat version 1.0\nfile /etc/passwd\n"), "a concat script");
    EXPECT_EQ(pointer_kind("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n"), "an SDP session description");
    EXPECT_EQ(pointer_kind("[playlist]\nFile1=http://example.com/\n"), "a PLS playlist");
    EXPECT_EQ(pointer_kind("<?xml version='1.0'?>\n<!-- x -->\n<MPD profiles=''>"), "a DASH manifest");
    EXPECT_EQ(pointer_kind("<?xml version='1.0'?><playlist version='1'>"), "an XSPF playlist");
    EXPECT_EQ(pointer_kind("<ASX version='3.0'>"), "an ASX playlist");
}

TEST(PointerKind, looks_behind_an_id3_tag) {
    EXPECT_EQ(pointer_kind("ID3\4\0\0\0\0\0\5xxxxx#EXTM3U\n"s), "an HLS or M3U playlist");
}

TEST(PointerKind, knows_a_reference_movie) {
    EXPECT_EQ(pointer_kind("\0\0\0\x40moov\0\0\0\x38rmra\0\0\0\x30rmda\0\0\0\x28rdrf\0\0\0\0url "s),
              "a QuickTime reference movie");
}

TEST(PointerKind, leaves_everything_else_alone) {
    EXPECT_EQ(pointer_kind(""), std::nullopt);
    EXPECT_EQ(pointer_kind("RIFF\x24\0\0\0WAVEfmt #EXTM3U"s), std::nullopt);
    EXPECT_EQ(pointer_kind("\0\0\0\x20"
                           "ftypisom"s),
              std::nullopt);
    EXPECT_EQ(pointer_kind("A text about #EXTM3U and http://example.com"), std::nullopt);
    EXPECT_EQ(pointer_kind("<?xml version='1.0'?><svg/>"), std::nullopt);
    EXPECT_EQ(pointer_kind("ID3\4\0\0\x7F\x7F\x7F\x7F"s), std::nullopt);
    EXPECT_EQ(pointer_kind("ID3"), std::nullopt);
}

}  // namespace
}  // namespace decode
