// The names of a transcript's speakers: what people send, and what they are shown. Pure; any thread.
#pragma once
#include "base/json.hpp"
#include "model/transcript.hpp"

namespace session {

inline constexpr std::size_t longest_name_characters = 100;

/// Of {"S1": "Ada Lovelace", "S2": null}: the transcript with these speakers renamed, which is one place for all of it;
/// null takes a name away. Speakers of one name are shown as one. Whatever a person says, it is not a recognised
/// voice's guess any more, the same name too. Errors: invalid_argument (a label that the transcript does not have, a
/// name that is empty or too long).
base::Result<model::Transcript> renamed(const model::Transcript& parent, const base::Json& body);

/// A list of {"label", "name", "voice", "seconds", "segments"}: the recognised voice that the name comes from (null
/// where it comes from a person), how long each is heard, and in how many segments.
base::Json speakers_json(const model::Transcript& transcript);

}  // namespace session
