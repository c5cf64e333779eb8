#include "speech/speaker_labels.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace speech {
namespace {

using Heard = std::vector<std::pair<std::size_t, double>>;  // speaker and seconds, in order of appearance

void add_to(Heard& heard, std::size_t speaker, double seconds) {
    const auto found = std::ranges::find(heard, speaker, &Heard::value_type::first);
    if (found == heard.end()) {
        heard.emplace_back(speaker, seconds);
    } else {
        found->second += seconds;
    }
}

std::optional<std::size_t> mostly(const model::TimeSpan& time, std::span<const SpeakerTurn> turns) {
    Heard heard;
    const auto ends_before = [](const SpeakerTurn& turn, double start) { return turn.time.end_seconds <= start; };
    for (auto turn = std::lower_bound(turns.begin(), turns.end(), time.start_seconds, ends_before);
         turn != turns.end() && turn->time.start_seconds < time.end_seconds; ++turn) {
        const double start = std::max(turn->time.start_seconds, time.start_seconds);
        const double end = std::min(turn->time.end_seconds, time.end_seconds);
        if (end > start) add_to(heard, turn->speaker, end - start);
    }
    if (heard.empty()) return std::nullopt;
    return std::ranges::max_element(heard, {}, &Heard::value_type::second)->first;
}

using Words = std::vector<model::Word>;

// What a change of speaker before word `at` has for it, less what it costs to move it there from `from`; in seconds of
// pause.
double gain_of_change(const Words& words, std::size_t at, std::size_t from) {
    constexpr double sentence_end = 0.5;
    constexpr double cost_a_second = 0.4;
    constexpr double most_pause = 1;
    const double pause = words[at].time.start_seconds - words[at - 1].time.end_seconds;
    const double sentence = std::string_view(".?!").contains(words[at - 1].text.back()) ? sentence_end : 0;
    const double distance = std::abs(words[at].time.start_seconds - words[from].time.start_seconds);
    return std::clamp(pause, 0.0, most_pause) + sentence - cost_a_second * distance;
}

// Where the change before word `from` belongs, between `first`, where the speaker before it begins, and `end`, where
// the one after it ends.
std::size_t place_of_change(const Words& words, std::size_t first, std::size_t from, std::size_t end) {
    constexpr double reach_seconds = 0.8;  // from one window's middle to the next
    std::size_t best = from;
    for (std::size_t at = first + 1; at < end; ++at) {
        if (std::abs(words[at].time.start_seconds - words[from].time.start_seconds) > reach_seconds) continue;
        if (gain_of_change(words, at, from) > gain_of_change(words, best, from)) best = at;
    }
    return best;
}

std::size_t end_of_run(const Words& words, std::size_t first) {
    const auto other = std::find_if(words.begin() + static_cast<std::ptrdiff_t>(first), words.end(),
                                    [&](const model::Word& word) { return word.speaker != words[first].speaker; });
    return static_cast<std::size_t>(other - words.begin());
}

void settle_changes(Words& words) {
    std::size_t first = 0;
    for (std::size_t from = words.empty() ? 0 : end_of_run(words, 0); from < words.size();) {
        const std::size_t end = end_of_run(words, from);
        const std::size_t at = place_of_change(words, first, from, end);
        const std::string before = words[first].speaker;
        const std::string after = words[from].speaker;
        for (std::size_t word = first; word < end; ++word)
            words[word].speaker = word < at ? before : after;
        first = at;
        from = end;
    }
}

// The part of `whole` that holds the words from `first` to `end`.
model::Segment part_of(const model::Segment& whole, std::size_t first, std::size_t end) {
    model::Segment part = whole;
    part.words.assign(whole.words.begin() + static_cast<std::ptrdiff_t>(first),
                      whole.words.begin() + static_cast<std::ptrdiff_t>(end));
    part.speaker = part.words.front().speaker;
    part.text.clear();
    for (const model::Word& word : part.words)
        part.text += (part.text.empty() ? "" : " ") + word.text;
    if (first > 0) part.time.start_seconds = part.words.front().time.start_seconds;
    if (end < whole.words.size()) {
        const double next = std::max(part.time.start_seconds, whole.words[end].time.start_seconds);
        part.time.end_seconds = std::clamp(part.words.back().time.end_seconds, part.time.start_seconds, next);
    }
    part.speech.clear();
    for (const model::TimeSpan& span : whole.speech) {
        const model::TimeSpan inside{std::max(span.start_seconds, part.time.start_seconds),
                                     std::min(span.end_seconds, part.time.end_seconds)};
        if (inside.start_seconds < inside.end_seconds) part.speech.push_back(inside);
    }
    return part;
}

void list_speaker(std::vector<model::Speaker>& speakers, const std::string& label) {
    if (label.empty() || std::ranges::find(speakers, label, &model::Speaker::label) != speakers.end()) return;
    speakers.push_back({label, {}});
}

// Labels in the order in which they are asked for.
class Labels {
  public:
    std::string of(std::optional<std::size_t> speaker) {
        if (!speaker) return {};
        const auto found = std::ranges::find(speakers_, *speaker);
        const auto place = static_cast<std::size_t>(found - speakers_.begin());
        if (found == speakers_.end()) speakers_.push_back(*speaker);
        return speaker_label(place);
    }
    [[nodiscard]] const std::vector<std::size_t>& speakers() const { return speakers_; }

  private:
    std::vector<std::size_t> speakers_;
};

}  // namespace

std::string speaker_label(std::size_t place) {
    return "S" + std::to_string(place + 1);
}

std::vector<std::size_t> label_speakers(model::Transcript& transcript, std::span<const SpeakerTurn> turns) {
    Labels labels;
    for (model::Segment& segment : transcript.segments) {
        const auto speaker = mostly(segment.time, turns);
        for (model::Word& word : segment.words) {
            const auto own = mostly(word.time, turns);
            word.speaker = labels.of(own ? own : speaker);
        }
        segment.speaker = labels.of(speaker);
    }
    return labels.speakers();
}

void part_speakers(model::Transcript& transcript) {
    std::vector<model::Segment> parts;
    for (model::Segment& segment : transcript.segments) {
        settle_changes(segment.words);
        const std::size_t count = segment.words.size();
        if (count == 0 || end_of_run(segment.words, 0) == count) {
            if (count > 0) segment.speaker = segment.words.front().speaker;
            parts.push_back(std::move(segment));
            continue;
        }
        for (std::size_t first = 0; first < count;) {
            const std::size_t end = end_of_run(segment.words, first);
            parts.push_back(part_of(segment, first, end));
            first = end;
        }
    }
    transcript.segments = std::move(parts);
    for (const model::Segment& segment : transcript.segments)
        list_speaker(transcript.speakers, segment.speaker);
}

}  // namespace speech
