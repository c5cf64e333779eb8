// What a model folder says of itself in its model.json. Pure; any thread.
#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace speech {

struct ModelFile {
    std::filesystem::path path;  // relative, inside the model's folder
    std::string sha256;          // 64 lower-case hexadecimal digits
    bool operator==(const ModelFile&) const = default;
};

struct ModelDescription {
    std::string name;                        // letters, digits, ".", "-" and "_"; unique among the installed models
    std::string family;                      // a row of families.hpp
    std::vector<std::string> languages;      // BCP 47 primary tags; empty when the model knows any
    std::string licence;                     // SPDX, or empty when the user did not say
    std::map<std::string, ModelFile> files;  // by role
    bool operator==(const ModelDescription&) const = default;
};

/// Eight hexadecimal digits that stand for the hashes of all its files.
std::string files_fingerprint(const ModelDescription& description);

/// How large a model.json can be.
inline constexpr std::size_t largest_description_bytes = 64 * 1024;

/// The folders of the voice activity model and of the speaker encoder among the others; no speech model can have their
/// names.
inline constexpr std::string_view voice_activity_name = "silero-vad";
inline constexpr std::string_view speaker_encoder_name = "speaker-encoder";

/// Whether the text can be a speech model's name, and so a folder's and a word of a command line: 1 to 64 of the
/// characters above, the first neither "." nor "-", and none of those two.
bool is_model_name(std::string_view name);

/// Reads the text of a model.json, which may come from anywhere: size, depth, names, paths, roles and hashes are
/// checked. `origin` is what messages call it. Errors: model_broken.
base::Result<ModelDescription> parse_model_description(std::string_view text, const std::string& origin);

/// The text of model.json; what parse_model_description reads back as the same value.
std::string to_json(const ModelDescription& description);

}  // namespace speech
