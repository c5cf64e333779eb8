// What a user has to know of a transcript that is there all the same. Pure; any thread.
#pragma once
#include <optional>

#include "base/error.hpp"
#include "model/transcript.hpp"

namespace model {

/// language_unsupported when most of the speech that got words is most likely in a language that the model does not
/// know (Doubt::other_language).
std::optional<base::Error> warning_about(const Transcript& transcript);

/// The message of a warning's code.
base::Error language_warning();

}  // namespace model
