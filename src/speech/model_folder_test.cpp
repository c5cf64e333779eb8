#include "speech/model_folder.hpp"

#include <gtest/gtest.h>

#include "speech/fixtures.hpp"

namespace speech {
namespace {

namespace fs = std::filesystem;

class ModelFolder : public testing::Test {
  protected:
    ModelFolder() : folder_(fs::path(testing::TempDir()) / "model_folder_test" / info()->name()) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    ~ModelFolder() override { fs::remove_all(folder_); }

    static const testing::TestInfo* info() { return testing::UnitTest::GetInstance()->current_test_info(); }
    void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
    void write_all(const std::vector<std::string>& names) const {
        for (const std::string& name : names)
            write(name, name);
    }
    [[nodiscard]] std::string family_of(const std::vector<std::string>& names, const std::string& claimed = {}) const {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        write_all(names);
        const auto description = describe_model_folder(folder_, {"m", claimed, {}, {}});
        return description ? description->family : std::string(base::code_name(description.error().code));
    }
    // A complete and sound folder.
    void make_ctc() const {
        write_all({"model.onnx", "tokens.txt"});
        write("model.json", to_json(describe_model_folder(folder_, {"ctc", "zipformer_ctc", {"en"}, "MIT"}).value()));
    }

    fs::path folder_;
};

TEST_F(ModelFolder, HashesAsTheStandardSays) {
    write("abc", "abc");
    EXPECT_EQ(hash_file(folder_ / "abc").value(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash_file(folder_ / "none").error().code, base::ErrorCode::model_not_found);
}

TEST_F(ModelFolder, IsReadBackAsItWasDescribed) {
    make_ctc();
    const auto description = read_model_folder(folder_);
    ASSERT_TRUE(description) << description.error().message;
    EXPECT_EQ(description->name, "ctc");
    EXPECT_EQ(description->licence, "MIT");
    EXPECT_EQ(description->files.at("model").sha256, hash_file(folder_ / "model.onnx").value());
}

TEST_F(ModelFolder, SaysWhatIsMissing) {
    EXPECT_EQ(read_model_folder("/nowhere").error().code, base::ErrorCode::model_not_found);
    make_ctc();
    fs::remove(folder_ / "tokens.txt");
    const auto description = read_model_folder(folder_);
    ASSERT_FALSE(description);
    EXPECT_EQ(description.error().code, base::ErrorCode::model_not_found);
    EXPECT_TRUE(description.error().message.contains("tokens.txt")) << description.error().message;
}

TEST_F(ModelFolder, RefusesAChangedFile) {
    make_ctc();
    write("model.onnx", "model.onny");
    const auto description = read_model_folder(folder_);
    ASSERT_FALSE(description);
    EXPECT_EQ(description.error().code, base::ErrorCode::model_broken);
    EXPECT_TRUE(description.error().message.contains("model.onnx")) << description.error().message;
}

TEST_F(ModelFolder, RefusesALinkOutOfTheFolder) {
    make_ctc();
    const fs::path outside = folder_.parent_path() / "outside.onnx";
    fs::rename(folder_ / "model.onnx", outside);
    fs::create_symlink(outside, folder_ / "model.onnx");
    const auto description = read_model_folder(folder_);
    fs::remove(outside);
    ASSERT_FALSE(description);
    EXPECT_EQ(description.error().code, base::ErrorCode::model_broken);
    EXPECT_TRUE(description.error().message.contains("link out of")) << description.error().message;
}

TEST_F(ModelFolder, FamilyIsGuessedFromTheFiles) {
    EXPECT_EQ(family_of({"encoder_model.onnx", "decoder_model_merged.onnx", "tokens.txt", "README.md"}), "moonshine");
    EXPECT_EQ(family_of({"preprocess.onnx", "encode.int8.onnx", "cached_decode.int8.onnx", "uncached_decode.int8.onnx",
                         "tokens.txt"}),
              "moonshine_v1");
    EXPECT_EQ(family_of({"tiny-whisper-encoder.onnx", "tiny-whisper-decoder.onnx", "tiny-whisper-tokens.txt"}),
              "whisper");
    EXPECT_EQ(family_of({"encoder.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt"}), "transducer");
    EXPECT_EQ(family_of({"paraformer.int8.onnx", "paraformer.onnx", "tokens.txt"}), "paraformer");
    EXPECT_EQ(family_of({"sense_voice.onnx", "tokens.txt"}), "sense_voice");
}

TEST_F(ModelFolder, FamilyThatCannotBeGuessedMustBeNamed) {
    EXPECT_EQ(family_of({"model.onnx", "tokens.txt"}), "model_broken");
    EXPECT_EQ(family_of({"model.onnx", "tokens.txt"}, "wenet_ctc"), "wenet_ctc");
    EXPECT_EQ(family_of({"model.onnx", "tokens.txt"}, "moonshine"), "model_broken");
    EXPECT_EQ(family_of({"model.onnx", "tokens.txt"}, "abacus"), "invalid_argument");
    EXPECT_EQ(family_of({"tokens.txt"}), "model_broken");
    EXPECT_EQ(family_of({}), "model_broken");
}

TEST_F(ModelFolder, EightBitFilesComeFirst) {
    write_all({"encoder.onnx", "encoder.int8.onnx", "decoder.onnx", "joiner.onnx", "joiner.int8.onnx", "tokens.txt"});
    const auto description = describe_model_folder(folder_, {"m", "", {}, {}}).value();
    EXPECT_EQ(description.files.at("encoder").path, "encoder.int8.onnx");
    EXPECT_EQ(description.files.at("decoder").path, "decoder.onnx");
    EXPECT_EQ(description.files.at("joiner").path, "joiner.int8.onnx");
}

TEST_F(ModelFolder, SaysItselfWhatNobodyClaims) {
    make_ctc();
    const auto description = describe_model_folder(folder_, {}).value();
    EXPECT_EQ(description, read_model_folder(folder_).value());
    const auto claimed = describe_model_folder(folder_, {"mine", "", {"de"}, ""}).value();
    EXPECT_EQ(claimed.name, "mine");
    EXPECT_EQ(claimed.family, "zipformer_ctc");
    EXPECT_EQ(claimed.languages, std::vector<std::string>{"de"});
    EXPECT_EQ(claimed.licence, "MIT");
    const auto other = describe_model_folder(folder_, {"", "wenet_ctc", {}, ""}).value();
    EXPECT_EQ(other.family, "wenet_ctc");
    EXPECT_EQ(other.licence, "MIT");
}

TEST_F(ModelFolder, ItsOwnHashesAreNotForgotten) {
    make_ctc();
    write("model.onnx", "another");
    EXPECT_EQ(describe_model_folder(folder_, {"m", "zipformer_ctc", {}, {}}).error().code,
              base::ErrorCode::model_broken);
}

TEST_F(ModelFolder, IsCalledAsItsFolderUnlessSomebodySaysOtherwise) {
    write_all({"sense_voice.onnx", "tokens.txt"});
    EXPECT_EQ(describe_model_folder(folder_, {}).value().name, info()->name());
    EXPECT_EQ(describe_model_folder(folder_ / ".", {}).value().name, info()->name());
}

TEST_F(ModelFolder, LanguagesAreTags) {
    EXPECT_EQ(describe_model_folder(folder_, {"m", "", {"english"}, {}}).error().code,
              base::ErrorCode::invalid_argument);
}

TEST_F(ModelFolder, AnUnknownFamilyListsTheKnownOnes) {
    const auto described = describe_model_folder(folder_, {"m", "abacus", {}, {}});
    EXPECT_EQ(described.error().code, base::ErrorCode::invalid_argument);
    EXPECT_TRUE(described.error().message.contains("abacus") && described.error().message.contains("whisper"))
        << described.error().message;
}

TEST_F(ModelFolder, NamesAreChecked) {
    for (const char* name : {".hidden", "a/b", "a b"}) {
        EXPECT_EQ(describe_model_folder(folder_, {name, "", {}, {}}).error().code, base::ErrorCode::invalid_argument)
            << name;
    }
}

}  // namespace
}  // namespace speech
