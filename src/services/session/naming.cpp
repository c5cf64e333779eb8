#include "services/session/naming.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "services/session/fields.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::fail;
using base::Json;
using base::Result;

constexpr std::size_t most_shown = 60;

std::string labels_of(const model::Transcript& transcript) {
    std::string labels;
    for (const model::Speaker& speaker : transcript.speakers)
        labels += (labels.empty() ? "" : ", ") + speaker.label;
    return labels.empty() ? "none; speakers were not told apart" : labels;
}

// Empty for null.
Result<std::string> name_of(const std::string& label, const Json& value) {
    if (value.is_null()) return "";
    const std::string* text = value.text();
    const std::string_view name = text == nullptr ? "" : trimmed(*text);
    if (name.empty() || base::count_code_points(name) > longest_name_characters) {
        return fail(ErrorCode::invalid_argument, "the name of " + label + " must be a text of 1 to " +
                                                     std::to_string(longest_name_characters) +
                                                     " characters, or null for none");
    }
    return base::printable(name, longest_name_characters);
}

Json voice_json(const std::optional<model::RecognisedVoice>& voice) {
    if (!voice) return {};
    return base::JsonObject{{"id", voice->id}, {"similarity", voice->similarity}};
}

}  // namespace

Result<model::Transcript> renamed(const model::Transcript& parent, const Json& body) {
    const base::JsonObject* names = body.object();
    if (names == nullptr || names->empty())
        return fail(ErrorCode::invalid_argument, "send an object of labels and names, such as {\"S1\": \"Ada\"}");
    model::Transcript transcript = parent;
    for (const auto& [label, value] : *names) {
        const auto speaker = std::ranges::find(transcript.speakers, label, &model::Speaker::label);
        if (speaker == transcript.speakers.end()) {
            return fail(ErrorCode::invalid_argument, "there is no speaker \"" + base::printable(label, most_shown) +
                                                         "\"; there are: " + labels_of(parent));
        }
        auto name = name_of(speaker->label, value);
        if (!name) return std::unexpected(name.error());
        speaker->name = *std::move(name);
        speaker->voice.reset();
    }
    return transcript;
}

Json speakers_json(const model::Transcript& transcript) {
    base::JsonArray list;
    for (const model::Speaker& speaker : transcript.speakers) {
        double seconds = 0;
        std::int64_t segments = 0;
        for (const model::Segment& segment : transcript.segments) {
            if (segment.speaker != speaker.label) continue;
            seconds += segment.time.end_seconds - segment.time.start_seconds;
            ++segments;
        }
        list.emplace_back(base::JsonObject{{"label", speaker.label},
                                           {"name", speaker.name.empty() ? Json() : Json(speaker.name)},
                                           {"voice", voice_json(speaker.voice)},
                                           {"seconds", seconds},
                                           {"segments", segments}});
    }
    return list;
}

}  // namespace session
