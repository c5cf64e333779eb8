#include "speech/model_description.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "speech/families.hpp"
#include "speech/fixtures.hpp"

namespace speech {
namespace {

const std::string hash(64, 'a');

std::string with(const std::string& path, const std::string& sha256 = hash) {
    return R"({"name":"m","family":"zipformer_ctc","files":{"model":{"path":")" + path + R"(","sha256":")" + sha256 +
           R"("},"tokens":{"path":"tokens.txt","sha256":")" + hash + R"("}}})";
}

std::string fault_of(const std::string& text) {
    const auto description = parse_model_description(text, "model.json");
    if (description) return "none";
    EXPECT_EQ(description.error().code, base::ErrorCode::model_broken);
    return description.error().message;
}

TEST(ModelDescription, ReadsTheDefaultModel) {
    const auto path = fixtures::models() / "moonshine-tiny-en/model.json";
    const auto description = parse_model_description(fixtures::bytes_of(path), "model.json");
    ASSERT_TRUE(description) << description.error().message;
    EXPECT_EQ(description->name, "moonshine-tiny-en");
    EXPECT_EQ(description->family, "moonshine");
    EXPECT_EQ(description->languages, std::vector<std::string>{"en"});
    EXPECT_EQ(description->licence, "MIT");
    EXPECT_EQ(description->files.at("encoder").path, "encoder_model.onnx");
}

TEST(ModelDescription, IsReadBackAsItWasWritten) {
    const auto description = parse_model_description(with("sub/model.onnx"), "x").value();
    EXPECT_EQ(parse_model_description(to_json(description), "x").value(), description);
}

TEST(ModelDescription, RefusesPathsThatLeaveTheFolder) {
    for (const char* path :
         {"", "..", "../m.onnx", "a/../../m.onnx", "/etc/passwd", "./m.onnx", "a//..", "a\\u0000b", "a\\nb"}) {
        EXPECT_TRUE(fault_of(with(path)).contains("stay inside")) << path << ": " << fault_of(with(path));
    }
    EXPECT_EQ(fault_of(with("a/b..onnx")), "none");
}

TEST(ModelDescription, RefusesHashesThatAreNone) {
    for (const std::string& wrong : {std::string(), std::string(63, 'a'), std::string(64, 'A'), std::string(64, 'g')}) {
        EXPECT_TRUE(fault_of(with("m.onnx", wrong)).contains("hexadecimal")) << wrong;
    }
}

TEST(ModelDescription, SaysWhatIsWrong) {
    const std::string file = R"({"path":"a","sha256":")" + hash + R"("})";
    const std::vector<std::pair<std::string, std::string>> faults{
        {"", "not a JSON object"},
        {"[]", "not a JSON object"},
        {std::string(100, '['), "not a JSON object"},
        {std::string(70000, ' '), "larger"},
        {R"({"name":"m"})", "\"family\" must be a text"},
        {R"({"name":"../m","family":"whisper","files":{}})", "the name"},
        {R"({"name":"m","family":"abacus","files":{}})", "the family \"abacus\" is not known"},
        {R"({"name":"m","family":"whisper","files":[]})", "\"files\" must be an object"},
        {R"({"name":"m","family":"whisper","files":{"encoder":)" + file + "}}", "\"decoder\" is missing"},
        {R"({"name":"m","family":"zipformer_ctc","files":{"model":)" + file + R"(,"tokens":)" + file + R"(,"joiner":)" +
             file + "}}",
         "has no file \"joiner\""},
        {R"({"name":"m","family":"zipformer_ctc","files":{"model":1}})", "must be an object with path"},
        {R"({"name":"m","family":"zipformer_ctc","languages":"en","files":{}})", "list of language tags"},
        {R"({"name":"m","family":"zipformer_ctc","languages":["english!"],"files":{}})", "tags such as"},
    };
    for (const auto& [text, part] : faults)
        EXPECT_TRUE(fault_of(text).contains(part)) << text << "\n" << fault_of(text);
}

TEST(ModelFamilies, HaveEachNameOnceAndRolesOfTheirOwn) {
    std::map<std::string_view, int> names;
    for (const ModelFamily& family : model_families()) {
        EXPECT_EQ(++names[family.name], 1) << family.name;
        EXPECT_EQ(find_model_family(family.name), &family);
        std::map<std::string_view, int> roles;
        for (const ModelRole& role : family.roles) {
            EXPECT_EQ(++roles[role.name], 1) << family.name << " " << role.name;
            EXPECT_NE(role.field, nullptr);
        }
    }
    EXPECT_EQ(find_model_family("nothing"), nullptr);
}

}  // namespace
}  // namespace speech
