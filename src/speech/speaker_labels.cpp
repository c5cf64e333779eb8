#include "speech/speaker_labels.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
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

// Labels in the order in which they are asked for.
class Labels {
  public:
    std::string of(std::optional<std::size_t> speaker) {
        if (!speaker) return {};
        const auto found = numbers_.try_emplace(*speaker, numbers_.size() + 1).first;
        return "S" + std::to_string(found->second);
    }

  private:
    std::map<std::size_t, std::size_t> numbers_;
};

}  // namespace

void label_speakers(model::Transcript& transcript, std::span<const SpeakerTurn> turns) {
    Labels labels;
    for (model::Segment& segment : transcript.segments) {
        const auto speaker = mostly(segment.time, turns);
        for (model::Word& word : segment.words) {
            const auto own = mostly(word.time, turns);
            word.speaker = labels.of(own ? own : speaker);
        }
        segment.speaker = labels.of(speaker);
    }
}

}  // namespace speech
