// The recogniser on our own arithmetic: Moonshine models, batched.
#pragma once
#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "speech/model_description.hpp"
#include "speech/recogniser.hpp"

namespace speech {

/// Loads the model that `description` (of read_model_folder, which has proven the files) describes. Each call runs on
/// the caller's thread alone; the bytes of a result depend on neither batch nor thread. Errors: model_broken, also for
/// weights of another form than the published 8-bit ones, which sherpa-onnx may read.
base::Result<std::unique_ptr<Recogniser>> make_moonshine_recogniser(const ModelDescription& description,
                                                                    const std::filesystem::path& folder);

}  // namespace speech
