// How a transcript is worded for its readers, on request: spoken numbers as figures, profanity masked. The transcript
// itself keeps what was heard. Pure; any thread.
#pragma once
#include <string_view>

#include "model/transcript.hpp"

namespace formats {

struct Wording {
    bool figures = false;         // spoken numbers as figures (spoken_numbers.hpp); English only
    bool mask_profanity = false;  // (profanity.hpp); English only
    bool operator==(const Wording&) const = default;
};

/// The transcript in that wording. A word that stands for several has their time, the least of their confidences and
/// the first one's speaker; where the words of a segment are not those of its text, only the text is changed.
model::Transcript reworded(model::Transcript transcript, const Wording& wording);

}  // namespace formats
