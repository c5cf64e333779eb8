#include "model/phrases.hpp"

#include <gtest/gtest.h>

namespace model {
namespace {

using Lines = std::vector<std::string>;

std::string fault(const Lines& phrases) {
    const auto clean = clean_phrases(phrases);
    if (clean) return "none";
    EXPECT_EQ(clean.error().code, base::ErrorCode::invalid_argument);
    return clean.error().message;
}

TEST(Phrases, AreTrimmedOnceEachAndInTheirOrder) {
    EXPECT_EQ(clean_phrases({"  Ceph ", "New \t York", "", "Ceph"}).value(), (Lines{"Ceph", "New York"}));
    EXPECT_EQ(clean_phrases({"Zoë", "C++", "3com"}).value().size(), 3U);
}

TEST(Phrases, AreALineEach) {
    EXPECT_EQ(parse_phrases("\uFEFF# names\r\nCeph\r\n\nNew York").value(), (Lines{"Ceph", "New York"}));
    EXPECT_TRUE(parse_phrases("").value().empty());
    EXPECT_TRUE(parse_phrases("# one\nCeph\na\x01z\n").error().message.contains("phrase 3"));
}

TEST(Phrases, AreRefusedWithTheReason) {
    EXPECT_TRUE(fault({"Ceph", "\xFF"}).contains("phrase 2")) << fault({"Ceph", "\xFF"});
    EXPECT_TRUE(fault({"\xFFq"}).contains("UTF-8"));
    EXPECT_TRUE(fault({"..."}).contains("neither letters nor figures"));
    EXPECT_TRUE(fault({std::string("a\x1b[0m")}).contains("control character"));
    EXPECT_EQ(fault({std::string(longest_phrase_characters, 'a')}), "none");
    EXPECT_TRUE(fault({std::string(longest_phrase_characters + 1, 'a')}).contains("100 characters"));
    Lines many;
    for (std::size_t i = 0; i < most_phrases; ++i)
        many.push_back("word" + std::to_string(i));
    EXPECT_EQ(fault(many), "none");
    many.emplace_back("onemore");
    EXPECT_TRUE(fault(many).contains("at most 1000 phrases"));
}

TEST(Phrases, AreToldApart) {
    EXPECT_EQ(phrases_fingerprint({}), "");
    EXPECT_EQ(phrases_fingerprint({"a", "b"}), phrases_fingerprint({"a", "b"}));
    EXPECT_NE(phrases_fingerprint({"a", "b"}), phrases_fingerprint({"ab"}));
    EXPECT_NE(phrases_fingerprint({"a", "b"}), phrases_fingerprint({"b", "a"}));
}

}  // namespace
}  // namespace model
