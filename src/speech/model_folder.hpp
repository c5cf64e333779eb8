// Model folders on disk: model.json and the files that it names. Reading proves every hash before anything is loaded,
// because the engine's library ends the process on a file that it cannot read.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "speech/model_description.hpp"

namespace speech {

/// The SHA-256 of a file's content, in lower-case hexadecimal. Errors: model_not_found.
base::Result<std::string> hash_file(const std::filesystem::path& path);

/// Reads `folder`/model.json and checks that every file is there, inside the folder (links followed), with its hash.
/// Errors: model_not_found (no such folder, or a file is missing), model_broken.
base::Result<ModelDescription> read_model_folder(const std::filesystem::path& folder);

/// What a user says of a model; what is empty is left to its model.json, or else as it says here.
struct ModelClaims {
    std::string name;                    // the folder's
    std::string family;                  // guessed
    std::vector<std::string> languages;  // any
    std::string licence;                 // unknown
};

/// Describes a folder that a user brings. One with a model.json must be as that says, hashes too; claims come before
/// it. Otherwise finds each role's file by its name (8-bit files before others), guesses the family where it is not
/// claimed, and takes the hashes. Errors: model_not_found, model_broken (nothing known fits, or more than one family
/// does), invalid_argument.
base::Result<ModelDescription> describe_model_folder(const std::filesystem::path& folder, const ModelClaims& claims);

}  // namespace speech
