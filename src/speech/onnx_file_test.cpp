#include "speech/onnx_file.hpp"

#include <gtest/gtest.h>

namespace speech {
namespace {

// Writes protobuf as an ONNX exporter does.
std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7U)
        bytes += static_cast<char>(value | 0x80U);
    return bytes + static_cast<char>(value);
}

std::string number(unsigned field, std::uint64_t value) {
    return varint(field << 3U) + varint(value);
}

std::string text(unsigned field, const std::string& value) {
    return varint(field << 3U | 2U) + varint(value.size()) + value;
}

constexpr unsigned graph_field = 7;
constexpr unsigned node_field = 1;
constexpr unsigned tensor_field = 5;
constexpr unsigned attribute_field = 5;
constexpr unsigned subgraph_field = 6;

std::string bytes_tensor(const std::string& name, unsigned extent, const std::string& raw) {
    return text(tensor_field, number(1, extent) + number(2, 2) + text(8, name) + text(9, raw));
}

std::string node(const std::string& name, const std::string& type, const std::string& input) {
    return text(1, input) + text(3, name) + text(4, type);
}

std::string model(const std::string& graph) {
    return number(1, 8) + text(graph_field, graph);
}

base::Result<OnnxFile> parse(const std::string& bytes) {
    return parse_onnx(bytes, "m.onnx");
}

TEST(OnnxFile, FindsTensorsAndWhoUsesThem) {
    const std::string bytes = model(text(node_field, node("/fc", "MatMul", "w")) + bytes_tensor("w", 3, "abc"));
    const auto file = parse(bytes);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->nodes.at("/fc").type, "MatMul");
    EXPECT_EQ(file->nodes.at("/fc").inputs, std::vector<std::string_view>{"w"});
    EXPECT_EQ(file->tensors.at("w").type, OnnxTensor::Type::uint8);
    EXPECT_EQ(file->tensors.at("w").shape, std::vector<std::size_t>{3});
    EXPECT_EQ(file->tensors.at("w").data(), "abc");
}

TEST(OnnxFile, LooksIntoBothBranchesOfACondition) {
    const auto branch = [](const std::string& name) {
        return text(attribute_field, text(subgraph_field, bytes_tensor(name, 1, "x")));
    };
    const auto file = parse(model(text(node_field, node("if", "If", "c") + branch("then") + branch("else"))));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(file->tensors.contains("then"));
    EXPECT_TRUE(file->tensors.contains("else"));
}

TEST(OnnxFile, ReadsPackedShapesAndScalarsInFields) {
    const std::string shape = text(1, varint(2) + varint(2)) + number(2, 2) + text(8, "m") + text(9, "abcd");
    const std::string scalar = number(2, 2) + text(5, varint(200)) + text(8, "zero");
    const auto file = parse(model(text(tensor_field, shape) + text(tensor_field, scalar)));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->tensors.at("m").shape, (std::vector<std::size_t>{2, 2}));
    EXPECT_EQ(file->tensors.at("zero").data(), "\xC8");
}

TEST(OnnxFile, RefusesEveryBeginningOfAFile) {
    const std::string bytes = model(bytes_tensor("w", 3, "abc") + text(node_field, node("/fc", "MatMul", "w")));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto file = parse(bytes.substr(0, size));
        ASSERT_FALSE(file) << size << " of " << bytes.size();
        EXPECT_EQ(file.error().code, base::ErrorCode::model_broken);
        EXPECT_TRUE(file.error().message.contains("m.onnx"));
    }
    EXPECT_TRUE(parse(bytes));
}

TEST(OnnxFile, RefusesBytesThatDoNotFitTheShape) {
    EXPECT_FALSE(parse(model(bytes_tensor("w", 4, "abc"))));
    const std::string endless = number(1, ~std::uint64_t{0}) + number(1, 2) + number(2, 1) + text(8, "w");
    EXPECT_FALSE(parse(model(text(tensor_field, endless))));
}

TEST(OnnxFile, RefusesGraphsWithoutEnd) {
    std::string graph = bytes_tensor("w", 1, "x");
    for (int depth = 0; depth < 100; ++depth)
        graph = text(node_field, text(attribute_field, text(subgraph_field, graph)));
    EXPECT_FALSE(parse(model(graph)));
}

}  // namespace
}  // namespace speech
