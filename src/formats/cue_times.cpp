#include "formats/cue_times.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/characters.hpp"

namespace formats {
namespace {

constexpr std::int64_t no_limit_ms = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t up_ms(double seconds) {
    return static_cast<std::int64_t>(std::ceil(seconds * 1000 - 1e-6));
}

struct Limits {
    std::int64_t gap_ms;         // the least between two cues
    std::int64_t closed_gap_ms;  // gaps up to this are closed; less than gap_ms when none are
    std::int64_t min_ms;
    std::int64_t max_ms;
    double max_characters_per_second;
};

Limits limits_of(const SubtitleRules& rules, double frame_rate_hz) {
    const bool closes = rules.close_gap_frames > rules.min_gap_frames;
    // A gap of 11.9 frames is one of 11 frames: the first that may stay open has a whole frame more.
    const std::int64_t first_open_ms = up_ms((rules.close_gap_frames + 1) / frame_rate_hz);
    return {.gap_ms = up_ms(rules.min_gap_frames / frame_rate_hz),
            .closed_gap_ms = closes ? first_open_ms - 1 : 0,
            .min_ms = up_ms(rules.min_duration_seconds),
            .max_ms = static_cast<std::int64_t>(std::floor(rules.max_duration_seconds * 1000 + 1e-6)),
            .max_characters_per_second = rules.max_characters_per_second};
}

// How long the cue should stay to be read.
std::int64_t needed_ms(const Cue& cue, const Limits& limits) {
    std::size_t characters = 0;
    for (const std::string& line : cue.lines)
        characters += count_characters(line);
    const std::int64_t reading_ms = up_ms(static_cast<double>(characters) / limits.max_characters_per_second);
    return std::min(std::max(reading_ms, limits.min_ms), limits.max_ms);
}

void order_starts(std::vector<Cue>& cues) {
    std::int64_t earliest_ms = 0;
    for (Cue& cue : cues) {
        cue.start_ms = std::max(cue.start_ms, earliest_ms);
        cue.end_ms = std::max(cue.end_ms, cue.start_ms + 1);
        earliest_ms = cue.start_ms + 1;
    }
}

// The latest end that leaves the gap before the next cue; where the next one comes too soon, a cue keeps half of the
// time up to it: a shorter gap is a lesser fault than a cue that nobody sees.
std::int64_t latest_end_ms(const Cue& cue, const Cue* next, std::int64_t media_end_ms, const Limits& limits) {
    if (next == nullptr) return std::max(media_end_ms, cue.end_ms);
    const std::int64_t half_ms = std::max<std::int64_t>((next->start_ms - cue.start_ms) / 2, 1);
    return std::max(next->start_ms - limits.gap_ms, cue.start_ms + half_ms);
}

void fit_end(Cue& cue, const Cue* next, std::int64_t media_end_ms, const Limits& limits) {
    const std::int64_t readable_ms = std::max(cue.end_ms, cue.start_ms + needed_ms(cue, limits));
    const std::int64_t latest_ms = latest_end_ms(cue, next, media_end_ms, limits);
    cue.end_ms = std::min({readable_ms, latest_ms, cue.start_ms + limits.max_ms});
}

// Moves the start earlier by what is missing, as far as the cue before it and max_lead_ms allow.
void lead_in(Cue& cue, std::int64_t free_from_ms, const Limits& limits) {
    const std::int64_t missing_ms = needed_ms(cue, limits) - (cue.end_ms - cue.start_ms);
    const std::int64_t wanted_ms = cue.start_ms - std::clamp<std::int64_t>(missing_ms, 0, max_lead_ms);
    cue.start_ms = std::min(cue.start_ms, std::max(wanted_ms, free_from_ms));
}

void close_gap(Cue& cue, Cue& next, std::int64_t heard_start_ms, const Limits& limits) {
    const std::int64_t gap_ms = next.start_ms - cue.end_ms;
    if (gap_ms <= limits.gap_ms || gap_ms > limits.closed_gap_ms) return;
    cue.end_ms = std::min(next.start_ms - limits.gap_ms, cue.start_ms + limits.max_ms);
    const std::int64_t earliest_ms = std::max(heard_start_ms - max_lead_ms, next.end_ms - limits.max_ms);
    next.start_ms = std::min(next.start_ms, std::max(cue.end_ms + limits.gap_ms, earliest_ms));
}

}  // namespace

void fit_times(std::vector<Cue>& cues, const SubtitleRules& rules, double frame_rate_hz, std::int64_t media_end_ms) {
    const Limits limits = limits_of(rules, frame_rate_hz);
    order_starts(cues);
    std::vector<std::int64_t> heard_starts_ms;
    heard_starts_ms.reserve(cues.size());
    for (const Cue& cue : cues)
        heard_starts_ms.push_back(cue.start_ms);
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const Cue* next = i + 1 < cues.size() ? &cues[i + 1] : nullptr;
        fit_end(cues[i], next, media_end_ms == 0 ? no_limit_ms : media_end_ms, limits);
        lead_in(cues[i], i == 0 ? 0 : cues[i - 1].end_ms + limits.gap_ms, limits);
    }
    for (std::size_t i = 0; i + 1 < cues.size(); ++i)
        close_gap(cues[i], cues[i + 1], heard_starts_ms[i + 1], limits);
}

}  // namespace formats
