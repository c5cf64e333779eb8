// The engines of this machine for the transcription service: the sandboxed decoder, voice activity and the models that
// lie in this machine's model folders, each loaded at its first use and kept.
#pragma once
#include "services/transcription/transcription.hpp"
#include "speech/provider.hpp"

namespace app {

/// The provider of this name on this machine. Errors: invalid_argument, unavailable.
base::Result<speech::ChosenProvider> provider_for(std::string_view wanted);

base::Result<transcription::Engines> engines_of_this_machine(const flow::Platform& platform);

}  // namespace app
