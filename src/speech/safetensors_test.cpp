#include "speech/safetensors.hpp"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

namespace speech {
namespace {

std::string file_of(const std::string& header, const std::string& data) {
    std::string length(8, '\0');
    const std::uint64_t size = header.size();
    std::memcpy(length.data(), &size, length.size());
    return length + header + data;
}

std::string floats(const std::vector<float>& values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

TEST(Safetensors, ReadsNamesShapesAndValues) {
    const auto tensors = parse_safetensors(
        file_of(R"({"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]}})",
                floats({9, 1, 2})),
        "x");
    ASSERT_TRUE(tensors);
    ASSERT_EQ(tensors->size(), 1U);
    EXPECT_EQ(tensors->at("w").shape, (std::vector<std::size_t>{2, 1}));
    EXPECT_EQ(tensors->at("w").values, (std::vector<float>{1, 2}));
}

TEST(Safetensors, RefusesWhatDoesNotFit) {
    const std::string data = floats({1, 2});
    const std::vector<std::string> broken{
        "",
        "1234567",
        std::string(8, '\xff') + "{}",
        file_of("[]", ""),
        file_of("{", ""),
        file_of(R"({"w":1})", data),
        file_of(R"({"w":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})", data),
        file_of(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", data),
        file_of(R"({"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})", data),
        file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", data),
        file_of(R"({"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", data),
        file_of(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}})", data),
        file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", data),
    };
    for (const std::string& bytes : broken) {
        const auto tensors = parse_safetensors(bytes, "weights");
        ASSERT_FALSE(tensors) << bytes.substr(std::min<std::size_t>(8, bytes.size()));
        EXPECT_EQ(tensors.error().code, base::ErrorCode::model_broken);
        EXPECT_TRUE(tensors.error().message.starts_with("weights ")) << tensors.error().message;
    }
}

}  // namespace
}  // namespace speech
