#include "formats/cues.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "formats/characters.hpp"
#include "formats/cue_times.hpp"
#include "formats/line_breaks.hpp"
#include "formats/line_layout.hpp"
#include "formats/words.hpp"

namespace formats {
namespace {

// What a cut into cues costs; one unit is about a fifth of a break at a plain place.
constexpr double cue_cost = 4;            // each cue: fewer are calmer to read
constexpr double break_weight = 1.5;      // on cost_of_break, between cues
constexpr double pause_inside_cost = 5;   // a second of silence inside a cue: its end is read before it is said
constexpr double pause_between_gain = 4;  // a second of silence between cues, up to …
constexpr double most_pause_gain = 3;
constexpr double shortest_pause_seconds = 0.15;
constexpr double sentence_inside_cost = 1;
constexpr double too_fast_cost = 30;   // reading twice as fast as allowed
constexpr double too_short_cost = 20;  // no time at all, where min_duration is asked

class SegmentCutter {
  public:
    SegmentCutter(std::span<const Word> words, const SubtitleRules& rules, double next_start_seconds, bool english)
        : words_(words), rules_(rules), next_start_seconds_(next_start_seconds) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            characters_.push_back(count_characters(words[i].text));
            breaks_.push_back(i == 0 ? 0 : cost_of_break(words[i - 1].text, words[i].text, english));
        }
    }

    // The first word of each cue, and the number of words at the end.
    [[nodiscard]] std::vector<std::size_t> cut() {
        best_.assign(words_.size() + 1, {INFINITY, words_.size()});
        best_.back().cost = 0;
        for (std::size_t first = words_.size(); first-- > 0;)
            choose(first);
        std::vector<std::size_t> starts{0};
        while (starts.back() < words_.size())
            starts.push_back(best_[starts.back()].end);
        return starts;
    }

  private:
    struct Choice {
        double cost;
        std::size_t end;  // the word after the cue's last
    };

    // Grows a cue from `first` word by word while it fits, and keeps the cheapest end. A single word always stands.
    void choose(std::size_t first) {
        LineFiller filler(rules_);
        double inside = 0;
        std::size_t shown = 0;
        for (std::size_t end = first + 1; end <= words_.size(); ++end) {
            const Word& word = words_[end - 1];
            filler.add(word, characters_[end - 1]);
            shown += characters_[end - 1] + (word.space_before ? 1U : 0U);
            const bool allowed = filler.fits() && heard_seconds(first, end) <= rules_.max_duration_seconds;
            if (end > first + 1 && !allowed) return;
            if (end > first + 1) inside += cost_inside(end - 1);
            const double cost = cue_cost + inside + cost_of_pace(first, end, shown) + cost_after(end) + best_[end].cost;
            if (cost < best_[first].cost) best_[first] = {cost, end};
        }
    }

    [[nodiscard]] double heard_seconds(std::size_t first, std::size_t end) const {
        return words_[end - 1].time.end_seconds - words_[first].time.start_seconds;
    }

    [[nodiscard]] double pause_before(std::size_t word) const {
        const double pause = words_[word].time.start_seconds - words_[word - 1].time.end_seconds;
        return pause < shortest_pause_seconds ? 0 : pause;
    }

    [[nodiscard]] double cost_inside(std::size_t word) const {
        const double sentence = breaks_[word] == break_cost::sentence_end ? sentence_inside_cost : 0;
        return sentence + pause_inside_cost * pause_before(word);
    }

    [[nodiscard]] double cost_after(std::size_t end) const {
        if (end == words_.size()) return 0;
        const double gain = std::min(most_pause_gain, pause_between_gain * pause_before(end));
        return break_weight * breaks_[end] - gain;
    }

    [[nodiscard]] double cost_of_pace(std::size_t first, std::size_t end, std::size_t shown) const {
        const double until = end == words_.size() ? next_start_seconds_ : words_[end].time.start_seconds;
        const double room = std::clamp(until - words_[first].time.start_seconds, 0.001, rules_.max_duration_seconds);
        const double hurry = static_cast<double>(shown) / room / rules_.max_characters_per_second - 1;
        const double shortfall = 1 - room / std::max(rules_.min_duration_seconds, 0.001);
        return too_fast_cost * std::max(hurry, 0.0) + too_short_cost * std::max(shortfall, 0.0);
    }

    std::span<const Word> words_;
    const SubtitleRules& rules_;
    double next_start_seconds_;
    std::vector<std::size_t> characters_;  // of each word
    std::vector<int> breaks_;              // what a break before each word costs
    std::vector<Choice> best_;             // from each word to the segment's end
};

std::int64_t to_ms(double seconds) {
    return std::llround(seconds * 1000);
}

bool is_english(std::string_view language) {
    return language == "en" || language.starts_with("en-");
}

// When the cue after this segment begins at the earliest: what the last cue of the segment may be stretched to.
double start_after(const model::Transcript& transcript, std::size_t segment) {
    const auto& segments = transcript.segments;
    for (std::size_t next = segment + 1; next < segments.size(); ++next) {
        if (segments[next].channel == segments[segment].channel) return segments[next].time.start_seconds;
    }
    return std::max(transcript.duration_seconds, transcript.segments[segment].time.end_seconds);
}

void append_cues(std::vector<Cue>& cues, const model::Transcript& transcript, std::size_t segment,
                 const SubtitleRules& rules) {
    const bool english = is_english(transcript.language);
    const std::vector<Word> words = time_words(transcript.segments[segment], english);
    if (words.empty()) return;
    const auto starts = SegmentCutter(words, rules, start_after(transcript, segment), english).cut();
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
        const std::span<const Word> part(words.begin() + static_cast<std::ptrdiff_t>(starts[i]),
                                         starts[i + 1] - starts[i]);
        cues.push_back({to_ms(part.front().time.start_seconds), to_ms(part.back().time.end_seconds),
                        lay_out(part, rules, english), segment, transcript.segments[segment].channel});
    }
}

}  // namespace

double frame_rate_of(const model::Transcript& transcript, const SubtitleRules& rules) {
    const bool sensible = transcript.frame_rate_hz >= 1 && transcript.frame_rate_hz <= 1000;
    return sensible ? transcript.frame_rate_hz : rules.default_frame_rate_hz;
}

std::vector<Cue> build_cues(const model::Transcript& transcript, const SubtitleRules& rules) {
    std::map<std::optional<int>, std::vector<Cue>> by_channel;
    for (std::size_t segment = 0; segment < transcript.segments.size(); ++segment)
        append_cues(by_channel[transcript.segments[segment].channel], transcript, segment, rules);
    std::vector<Cue> all;
    for (auto& [channel, cues] : by_channel) {
        fit_times(cues, rules, frame_rate_of(transcript, rules), to_ms(transcript.duration_seconds));
        std::ranges::move(cues, std::back_inserter(all));
    }
    std::ranges::stable_sort(all, {}, &Cue::start_ms);
    return all;
}

}  // namespace formats
