#include "base/json.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace {

using base::ErrorCode;
using base::Json;
using base::JsonArray;
using base::JsonFields;
using base::JsonObject;
using base::parse_json;
using base::to_canonical_json;

Json parsed(std::string_view text) {
    auto value = parse_json(text);
    EXPECT_TRUE(value) << text << ": " << value.error().message;
    return value ? *value : Json("broken");
}

TEST(ParseJson, BuildsEveryKindOfValue) {
    const Json value = parsed(R"({"a": [1, -2.5, "x\u00e9", true, null, {}], "b": {"c": []}})");
    EXPECT_EQ(value, Json(JsonObject{{"a", JsonArray{1, -2.5, "xé", true, Json(), JsonObject{}}},
                                     {"b", JsonObject{{"c", JsonArray{}}}}}));
    EXPECT_EQ(parsed("9223372036854775807"), Json(std::int64_t{9223372036854775807}));
    EXPECT_EQ(parsed("18446744073709551615"), Json(18446744073709551615.0));
}

TEST(ParseJson, RefusesWhatIsNotIJson) {
    for (const char* text :
         {"", " ", "{", "[1,]", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "1 2", "nul", "'a'", "\"\xFF\"",
          "\"\\ud800\"", "// c\n1", "01", "+1", "NaN", "[1}", "\"\t\"", "1e999", "\xEF\xBB\xBF{}"}) {
        const auto value = parse_json(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().code, ErrorCode::json_malformed) << text;
    }
}

TEST(ParseJson, KeepsItsLimits) {
    EXPECT_TRUE(parse_json("[[[1]]]", {.depth = 3}));
    EXPECT_EQ(parse_json("[[[[1]]]]", {.depth = 3}).error().code, ErrorCode::json_malformed);
    EXPECT_EQ(parse_json("12345", {.size_bytes = 4}).error().code, ErrorCode::body_too_large);
    EXPECT_FALSE(parse_json(std::string(1 << 20, '[')));
}

// RFC 8785: 3.2.2, 3.2.3 and appendix B.
TEST(CanonicalJson, GivesTheStandardsAnswers) {
    EXPECT_EQ(to_canonical_json(parsed(R"({"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
        "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]})")),
              R"({"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],)"
              R"("string":"€$\u000f\nA'B\"\\\\\"/"})");
    EXPECT_EQ(
        to_canonical_json(parsed(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})")),
        "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}");
}

TEST(CanonicalJson, WritesNumbersAsTheStandardsAppendixDoes) {
    const std::pair<std::uint64_t, const char*> numbers[] = {{0x0000000000000000, "0"},
                                                             {0x8000000000000000, "0"},
                                                             {0x0000000000000001, "5e-324"},
                                                             {0x7fefffffffffffff, "1.7976931348623157e+308"},
                                                             {0xffefffffffffffff, "-1.7976931348623157e+308"},
                                                             {0x4340000000000000, "9007199254740992"},
                                                             {0x4430000000000000, "295147905179352830000"},
                                                             {0x44b52d02c7e14af5, "9.999999999999997e+22"},
                                                             {0x444b1ae4d6e2ef4e, "999999999999999700000"},
                                                             {0x444b1ae4d6e2ef50, "1e+21"},
                                                             {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
                                                             {0x3eb0c6f7a0b5ed8d, "0.000001"},
                                                             {0x41b3de4355555557, "333333333.33333343"},
                                                             {0xbecbf647612f3696, "-0.0000033333333333333333"},
                                                             {0x43143ff3c1cb0959, "1424953923781206.2"}};
    for (const auto& [bits, text] : numbers)
        EXPECT_EQ(to_canonical_json(Json(std::bit_cast<double>(bits))), text);
    EXPECT_EQ(to_canonical_json(Json(std::nan(""))), "null");
}

TEST(CanonicalJson, IsAFixedPointOfParsing) {
    base::SeededRandom random(8785);
    for (int i = 0; i < 20'000; ++i) {
        std::array<std::byte, 8> bytes{};
        random.fill(bytes);
        const double number = std::bit_cast<double>(bytes);
        if (!std::isfinite(number)) continue;
        const std::string text = to_canonical_json(Json(number));
        const Json back = parsed(text);
        ASSERT_EQ(to_canonical_json(back), text) << "seed 8785, case " << i;
    }
}

TEST(JsonFields, ReadsTheFieldsAskedFor) {
    const Json value = parsed(R"({"t": "x", "n": 3, "f": 0.5, "b": true, "none": null})");
    JsonFields fields(value, "the thing");
    EXPECT_EQ(fields.text("t"), "x");
    EXPECT_EQ(fields.integer("n", 0, 10), 3);
    EXPECT_EQ(fields.number("f", 0, 1), 0.5);
    EXPECT_TRUE(fields.boolean("b"));
    EXPECT_EQ(fields.optional_text("none"), std::nullopt);
    EXPECT_EQ(fields.optional_integer("missing", 0, 1), std::nullopt);
    EXPECT_TRUE(fields.finish());
}

std::string fault_of(std::string_view text, const std::function<void(JsonFields&)>& read) {
    const Json value = parsed(text);
    JsonFields fields(value, "it");
    read(fields);
    const auto end = fields.finish();
    return end ? "" : std::string(base::code_name(end.error().code)) + ": " + end.error().message;
}

TEST(JsonFields, TellsTheFirstFault) {
    EXPECT_EQ(fault_of("{}", [](auto& f) { f.text("a"), f.text("b"); }), "invalid_argument: it: \"a\" is missing");
    EXPECT_EQ(fault_of(R"({"a": 1})", [](auto& f) { f.text("a"); }),
              "invalid_argument: it: \"a\" must be a text of at most 1000 bytes");
    EXPECT_EQ(fault_of(R"({"a": "xyz"})", [](auto& f) { f.text("a", 2); }),
              "invalid_argument: it: \"a\" must be a text of at most 2 bytes");
    EXPECT_EQ(fault_of(R"({"a": 11})", [](auto& f) { f.integer("a", 0, 10); }),
              "invalid_argument: it: \"a\" must be a whole number from 0 to 10");
    EXPECT_EQ(fault_of(R"({"a": 1.5})", [](auto& f) { f.integer("a", 0, 10); }),
              "invalid_argument: it: \"a\" must be a whole number from 0 to 10");
    EXPECT_EQ(fault_of(R"({"a": 0})", [](auto& f) { f.boolean("a"); }),
              "invalid_argument: it: \"a\" must be true or false");
    EXPECT_EQ(fault_of("[]", [](auto&) {}), "invalid_argument: it: it must be an object");
    EXPECT_EQ(fault_of(R"({"a": "x", "z": 1})", [](auto& f) { f.text("a"); }), "unknown_field: it has no field \"z\"");
}

}  // namespace
