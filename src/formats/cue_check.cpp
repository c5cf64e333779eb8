#include "formats/cue_check.hpp"

#include <algorithm>
#include <utility>

#include "formats/characters.hpp"

namespace formats {
namespace {

constexpr double tolerance = 1e-9;  // of the arithmetic, not of the rules

class Checker {
  public:
    Checker(const SubtitleRules& rules, double frame_rate_hz) : rules_(rules), frame_rate_hz_(frame_rate_hz) {}

    void check(std::size_t number, const Cue& cue) {
        cue_ = number;
        std::size_t longest = 0;
        std::size_t all = 0;
        for (const std::string& line : cue.lines) {
            longest = std::max(longest, count_characters(line));
            all += count_characters(line);
        }
        const double seconds = static_cast<double>(cue.end_ms - cue.start_ms) / 1000;
        at_most("max_line_characters", static_cast<double>(longest), static_cast<double>(rules_.max_line_characters));
        at_most("max_lines", static_cast<double>(cue.lines.size()), static_cast<double>(rules_.max_lines));
        at_most("max_characters_per_second", static_cast<double>(all) / seconds, rules_.max_characters_per_second);
        at_least("min_duration_seconds", seconds, rules_.min_duration_seconds);
        at_most("max_duration_seconds", seconds, rules_.max_duration_seconds);
    }

    void check_gap(const Cue& cue, const Cue& next) {
        const double gap_ms = static_cast<double>(next.start_ms - cue.end_ms);
        const double gap_frames = gap_ms * frame_rate_hz_ / 1000;
        at_least("min_gap_frames", gap_frames, rules_.min_gap_frames);
        // Times are whole milliseconds: the shortest allowed gap is up to one longer than its frames.
        const bool shortest = (gap_ms - 1) * frame_rate_hz_ / 1000 < rules_.min_gap_frames + tolerance;
        const bool closable = !shortest && gap_frames + tolerance < rules_.close_gap_frames + 1;
        if (closable && rules_.close_gap_frames > rules_.min_gap_frames)
            add("close_gap_frames", gap_frames, rules_.close_gap_frames);
    }

    [[nodiscard]] std::vector<RuleViolation> violations() && { return std::move(violations_); }

  private:
    void add(const char* rule, double value, double limit) { violations_.push_back({cue_, rule, value, limit}); }

    void at_most(const char* rule, double value, double limit) {
        if (value > limit + tolerance) add(rule, value, limit);
    }

    void at_least(const char* rule, double value, double limit) {
        if (value < limit - tolerance) add(rule, value, limit);
    }

    const SubtitleRules& rules_;
    double frame_rate_hz_;
    std::size_t cue_ = 0;
    std::vector<RuleViolation> violations_;
};

}  // namespace

std::vector<RuleViolation> check_cues(std::span<const Cue> cues, const SubtitleRules& rules, double frame_rate_hz) {
    Checker checker(rules, frame_rate_hz);
    for (std::size_t i = 0; i < cues.size(); ++i) {
        checker.check(i + 1, cues[i]);
        const auto next = std::ranges::find(cues.subspan(i + 1), cues[i].channel, &Cue::channel);
        if (next != cues.end()) checker.check_gap(cues[i], *next);
    }
    return std::move(checker).violations();
}

}  // namespace formats
