#include "base/json_writer.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace {

using base::JsonWriter;

TEST(JsonWriter, WritesNestedValuesOnOneLine) {
    JsonWriter json(0);
    json.begin_object().key("a").value(1).key("b").begin_array().value(true).null().value("x").end_array().end_object();
    EXPECT_EQ(json.text(), R"({"a": 1, "b": [true, null, "x"]})");
}

TEST(JsonWriter, IndentsMembersAndKeepsEmptyOnesShort) {
    JsonWriter json(2);
    json.begin_object()
        .key("list")
        .begin_array()
        .value(1)
        .end_array()
        .key("none")
        .begin_array()
        .end_array()
        .end_object();
    EXPECT_EQ(json.text(), "{\n  \"list\": [\n    1\n  ],\n  \"none\": []\n}");
}

TEST(JsonWriter, EscapesWhatJsonForbids) {
    JsonWriter json(0);
    json.value("quote \" slash \\ line\n tab\t bell\x07 café \xFF");
    EXPECT_EQ(json.text(), "\"quote \\\" slash \\\\ line\\n tab\\t bell\\u0007 café \uFFFD\"");
}

std::string written(double number, int decimals) {
    JsonWriter json(0);
    json.value(number, decimals);
    return json.text();
}

TEST(JsonWriter, WritesNumbersAsPeopleDo) {
    EXPECT_EQ(written(12.34, 3), "12.34");
    EXPECT_EQ(written(1.0, 3), "1.0");
    EXPECT_EQ(written(100, 0), "100");
    EXPECT_EQ(written(0.0004, 3), "0.0");
    EXPECT_EQ(written(-0.0004, 3), "0.0");
    EXPECT_EQ(written(39600.5, 3), "39600.5");
    EXPECT_EQ(written(std::numeric_limits<double>::max(), 1).size(), 311U);
}

TEST(JsonWriter, HasNoWordForWhatIsNotANumber) {
    EXPECT_EQ(written(std::nan(""), 3), "null");
    EXPECT_EQ(written(std::numeric_limits<double>::infinity(), 3), "null");
}

}  // namespace
