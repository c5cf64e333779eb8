// The recogniser on sherpa-onnx's C API: any model family of families.hpp.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "speech/model_description.hpp"
#include "speech/provider.hpp"
#include "speech/recogniser.hpp"

namespace speech {

/// Loads the model that `description` (of read_model_folder, which has proven the files) describes. One engine serves
/// every thread: each call runs on the caller's thread alone. Families that must be told a language are told
/// `language` (a BCP 47 primary tag), else the model's one language, and find it out themselves when it has several.
/// Errors: model_broken.
///
/// The library ends the process when a file with the right hash is not a model of the named family: a folder that a
/// user brings is best tried once in a process of its own.
base::Result<std::unique_ptr<Recogniser>> make_sherpa_recogniser(const ModelDescription& description,
                                                                 const std::filesystem::path& folder,
                                                                 const std::string& language = {},
                                                                 Provider provider = Provider::cpu);

/// The version of the linked library, such as "2.0.1".
std::string sherpa_version();

}  // namespace speech
