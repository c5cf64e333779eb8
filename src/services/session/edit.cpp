#include "services/session/edit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "base/utf8.hpp"
#include "services/session/fields.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::fail;
using base::Json;
using base::JsonFields;
using base::Result;
using model::TimeSpan;

// verbose_json rounds times to milliseconds.
constexpr double rounding_seconds = 0.0006;
constexpr std::int64_t highest_channel = 63;
constexpr std::size_t longest_text_bytes = 4 * longest_segment_characters + 1000;

// What verbose_json says beside (formats/json.cpp).
constexpr std::array<std::string_view, 10> derived{"task",   "language", "language_code", "duration", "text",
                                                   "engine", "unheard",  "words",         "channels", "speakers"};
constexpr std::array<std::string_view, 9> derived_of_a_segment{
    "id", "seek", "tokens", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob", "doubtful", "speaker"};

std::string name_of(std::size_t index) {
    return "the segment " + std::to_string(index);
}

Result<EditedSegment> parse_segment(const Json& value, std::size_t index, double duration_seconds) {
    JsonFields fields(value, name_of(index));
    for (const std::string_view name : derived_of_a_segment)
        fields.any(name);
    const double latest = duration_seconds + rounding_seconds;
    EditedSegment segment{{fields.number("start", 0, latest), fields.number("end", 0, latest)},
                          std::string(trimmed(fields.text("text", longest_text_bytes)))};
    if (const auto channel = fields.optional_integer("channel", 0, highest_channel))
        segment.channel = static_cast<int>(*channel);
    segment.time.end_seconds = std::min(segment.time.end_seconds, duration_seconds);
    if (segment.time.end_seconds <= segment.time.start_seconds) fields.fault("it must end after it starts");
    if (segment.text.empty()) fields.fault("it has no text; leave the segment out");
    if (base::count_code_points(segment.text) > longest_segment_characters)
        fields.fault("its text is longer than " + std::to_string(longest_segment_characters) + " characters");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return segment;
}

bool same_time(const TimeSpan& left, const TimeSpan& right) {
    return std::abs(left.start_seconds - right.start_seconds) < rounding_seconds &&
           std::abs(left.end_seconds - right.end_seconds) < rounding_seconds;
}

double overlap_seconds(const TimeSpan& left, const TimeSpan& right) {
    return std::min(left.end_seconds, right.end_seconds) - std::max(left.start_seconds, right.start_seconds);
}

// By channel, for only the segments of one are disjoint.
using HeardSegments = std::map<std::optional<int>, std::vector<model::Segment>>;

HeardSegments by_channel(const std::vector<model::Segment>& segments) {
    HeardSegments heard;
    for (const model::Segment& segment : segments)
        heard[segment.channel].push_back(segment);
    return heard;
}

// Those of a channel's segments that this time meets, which are in order and disjoint.
auto meeting(const std::vector<model::Segment>& segments, const TimeSpan& time) {
    const auto begin = std::ranges::lower_bound(segments, time.start_seconds, std::ranges::less_equal(),
                                                [](const model::Segment& segment) { return segment.time.end_seconds; });
    const auto end = std::ranges::lower_bound(begin, segments.end(), time.end_seconds, {},
                                              [](const model::Segment& segment) { return segment.time.start_seconds; });
    return std::ranges::subrange(begin, end);
}

void take_speech(model::Segment& segment, const model::Segment& heard) {
    for (const TimeSpan& stretch : heard.speech) {
        if (overlap_seconds(stretch, segment.time) <= 0) continue;
        segment.speech.push_back({std::max(stretch.start_seconds, segment.time.start_seconds),
                                  std::min(stretch.end_seconds, segment.time.end_seconds)});
    }
}

model::Segment edited_segment(const std::vector<model::Segment>& parent, const EditedSegment& edit) {
    model::Segment segment{.time = edit.time, .text = edit.text, .channel = edit.channel};
    double most = 0;
    segment.speech_probability = 1;  // a person has heard it
    for (const model::Segment& heard : meeting(parent, edit.time)) {
        if (same_time(heard.time, edit.time)) {
            if (heard.text == edit.text) return heard;
            segment.time = heard.time;
        }
        take_speech(segment, heard);
        const double overlap = overlap_seconds(heard.time, edit.time);
        if (overlap <= most) continue;
        most = overlap;
        segment.speech_probability = heard.speech_probability;
        segment.speaker = heard.speaker;
    }
    return segment;
}

bool has_words(const std::vector<model::Segment>& segments, const TimeSpan& time) {
    return !meeting(segments, time).empty();
}

}  // namespace

Result<std::vector<EditedSegment>> parse_edit(const Json& body, double duration_seconds) {
    JsonFields fields(body, "the transcript");
    for (const std::string_view name : derived)
        fields.any(name);
    const Json* list = fields.any("segments");
    if (list == nullptr || list->array() == nullptr || list->array()->size() > most_segments)
        fields.fault("\"segments\" must be a list of at most " + std::to_string(most_segments));
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    std::vector<EditedSegment> segments;
    std::map<std::optional<int>, double> end_seconds;
    for (const Json& item : *list->array()) {
        auto segment = parse_segment(item, segments.size(), duration_seconds);
        if (!segment) return std::unexpected(segment.error());
        if (segment->time.start_seconds < end_seconds[segment->channel])
            return fail(ErrorCode::invalid_argument,
                        name_of(segments.size()) + " begins before the one before it has ended");
        end_seconds[segment->channel] = segment->time.end_seconds;
        segments.push_back(std::move(*segment));
    }
    return segments;
}

model::Transcript edited(const model::Transcript& parent, const std::vector<EditedSegment>& segments) {
    model::Transcript transcript = parent;
    transcript.segments.clear();
    HeardSegments heard = by_channel(parent.segments);
    std::map<std::optional<int>, double> ends_seconds;
    for (const EditedSegment& edit : segments) {
        model::Segment segment = edited_segment(heard[edit.channel], edit);
        double& end_seconds = ends_seconds[edit.channel];
        segment.time.start_seconds = std::max(segment.time.start_seconds, end_seconds);
        end_seconds = segment.time.end_seconds = std::max(segment.time.end_seconds, segment.time.start_seconds);
        transcript.segments.push_back(std::move(segment));
    }
    std::ranges::stable_sort(transcript.segments, {},
                             [](const model::Segment& segment) { return segment.time.start_seconds; });
    HeardSegments told = by_channel(transcript.segments);
    std::erase_if(transcript.unheard,
                  [&](const model::Unheard& unheard) { return has_words(told[unheard.channel], unheard.time); });
    return transcript;
}

}  // namespace session
