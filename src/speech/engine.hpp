// Which engine reads a model.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "speech/model_description.hpp"
#include "speech/provider.hpp"
#include "speech/recogniser.hpp"

namespace speech {

/// Loads the model that `description` (of read_model_folder, which has proven the files) describes: our own engine for
/// what it reads, sherpa-onnx for all else; the recogniser's fingerprint tells which. `language` as of
/// make_sherpa_recogniser; `provider` is for sherpa-onnx, our own engine runs on the CPU. Errors: model_broken.
base::Result<std::unique_ptr<Recogniser>> make_recogniser(const ModelDescription& description,
                                                          const std::filesystem::path& folder,
                                                          const std::string& language = {},
                                                          Provider provider = Provider::cpu);

}  // namespace speech
