// An edit of a transcript: from what a person sends to the next version's content. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/transcript.hpp"

namespace session {

inline constexpr std::size_t largest_edit_bytes = std::size_t{16} << 20U;
inline constexpr std::size_t longest_segment_characters = 10'000;
inline constexpr std::size_t most_segments = 100'000;

struct EditedSegment {
    model::TimeSpan time;
    std::string text;
    std::optional<int> channel = {};
};

/// Of {"segments": [{"start", "end", "text"}]}: seconds, in order of time and disjoint, within the duration; text of 1
/// to longest_segment_characters once trimmed. Whatever else verbose_json writes may stand there too, so that a
/// transcript can be sent back as it was read; it is derived anew and not looked at. Errors: invalid_argument,
/// unknown_field.
base::Result<std::vector<EditedSegment>> parse_edit(const base::Json& body, double duration_seconds);

/// The parent with these segments. What is known of the sound stays: exact times that were only rounded, the stretches
/// of speech, and all of a segment whose words did not change. A segment that a person has changed is not doubtful any
/// more, and what had been unheard is, where there are words now.
model::Transcript edited(const model::Transcript& parent, const std::vector<EditedSegment>& segments);

}  // namespace session
