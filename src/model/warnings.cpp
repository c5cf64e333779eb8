#include "model/warnings.hpp"

#include <algorithm>

namespace model {
namespace {

double speech_seconds(const Segment& segment) {
    double seconds = 0;
    for (const TimeSpan& span : segment.speech)
        seconds += span.end_seconds - span.start_seconds;
    return seconds;
}

bool is_other_language(const Segment& segment) {
    return std::ranges::find(segment.doubts, Doubt::other_language) != segment.doubts.end();
}

}  // namespace

std::optional<base::Error> warning_about(const Transcript& transcript) {
    double all = 0;
    double other = 0;
    for (const Segment& segment : transcript.segments) {
        all += speech_seconds(segment);
        if (is_other_language(segment)) other += speech_seconds(segment);
    }
    if (other == 0 || 2 * other < all) return std::nullopt;
    return language_warning();
}

base::Error language_warning() {
    return {base::ErrorCode::language_unsupported,
            "most of the speech is probably in a language that the model does not know, and the text is not what was"
            " said; take a model that knows the language"};
}

}  // namespace model
