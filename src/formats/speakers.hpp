// How the speakers of a transcript are told in files. Pure; any thread.
#pragma once
#include <string_view>

#include "model/transcript.hpp"

namespace formats {

/// The transcript with the names that people gave in the place of the labels of its segments and words.
model::Transcript with_names(model::Transcript transcript);

/// Whether files for reading say who speaks: when there are two or more.
bool tells_speakers(const model::Transcript& transcript);

}  // namespace formats
