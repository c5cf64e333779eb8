// Test support: any bytes to a transcript and a rule set, for the property test (seeded random bytes) and the fuzzer.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>

#include "formats/subtitle_rules.hpp"
#include "model/transcript.hpp"

namespace formats::test {

class ByteSource {
  public:
    explicit ByteSource(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    /// 0 to `limit` - 1; 0 once the bytes are used up.
    unsigned below(unsigned limit) {
        if (at_ == bytes_.size()) return 0;
        return bytes_[at_++] % limit;
    }
    template <class Element, std::size_t count>
    const Element& pick(const std::array<Element, count>& list) {
        return list[below(count)];
    }
    [[nodiscard]] bool empty() const { return at_ == bytes_.size(); }

  private:
    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
};

inline constexpr std::array<std::string_view, 48> vocabulary{
    "the",
    "a",
    "of",
    "to",
    "and",
    "because",
    "Mr.",
    "Smith",
    "I",
    "don't",
    "were",
    "looking",
    "at",
    "beautiful",
    "telescope,",
    "University",
    "Cambridge.",
    "Yes.",
    "No!",
    "1984",
    "25,000",
    "percent",
    "Why?",
    "\"Really?\"",
    "honorificabilitudinitatibus",
    "https://example.org/a/very/long/address/that/has/no/space",
    "<i>",
    "</i>",
    "-->",
    "--",
    "&amp;",
    "{\\an8}",
    "\\N",
    "今日は",
    "天気がいいですね。",
    "「さくら」",
    "שלום",
    "مرحبا،",
    "สวัสดีครับ",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "e\xCC\x81t\xC3\xA9",
    "한국어",
    "\xC2\xA0",
    "\n\n",
    "\x01\x7F",
    "\xFF\xC3",
    "\xE2\x80\xA8"};

inline std::string text_from(ByteSource& source) {
    std::string text;
    for (unsigned left = source.below(72); left > 0; --left) {
        const bool raw = source.below(24) == 23;
        if (raw) {
            text += static_cast<char>(source.below(256));
        } else {
            text += source.pick(vocabulary);
        }
        if (source.below(8) != 7) text += ' ';
    }
    return text;
}

inline std::vector<model::TimeSpan> speech_from(ByteSource& source, const model::TimeSpan& within) {
    std::vector<model::TimeSpan> spans;
    double from = within.start_seconds;
    for (unsigned left = source.below(6); left > 0; --left) {
        const double start = from + source.below(64) * 0.05;
        const double end = start + source.below(128) * 0.05;
        if (end > within.end_seconds) break;
        spans.push_back({start, end});
        from = end;
    }
    return spans;
}

inline std::vector<model::Doubt> doubts_from(ByteSource& source) {
    std::vector<model::Doubt> doubts;
    const unsigned chosen = source.below(64);
    for (unsigned doubt = 0; doubt < 4; ++doubt) {
        if (chosen >> 4U == 3 && (chosen >> doubt & 1U) != 0) doubts.push_back(static_cast<model::Doubt>(doubt));
    }
    return doubts;
}

inline model::Segment segment_from(ByteSource& source, double from_seconds) {
    model::Segment segment;
    segment.time.start_seconds = from_seconds + (source.below(3) == 0 ? 0 : source.below(256) * 0.013);
    segment.time.end_seconds = segment.time.start_seconds + (source.below(16) == 0 ? 0 : source.below(256) * 0.081);
    segment.speech = speech_from(source, segment.time);
    segment.text = text_from(source);
    segment.speech_probability = source.below(256) / 255.0;
    segment.doubts = doubts_from(source);
    return segment;
}

inline model::Transcript transcript_from(ByteSource& source) {
    static constexpr std::array<std::string_view, 5> languages{"en", "en-GB", "ja", "ar", ""};
    static constexpr std::array<double, 8> frame_rates{0, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 60, 1e9, -1};
    model::Transcript transcript;
    transcript.language = source.pick(languages);
    transcript.frame_rate_hz = source.pick(frame_rates);
    transcript.engine = "test";
    double from_seconds = 0;
    for (unsigned left = source.below(9); left > 0 && !source.empty(); --left) {
        transcript.segments.push_back(segment_from(source, from_seconds));
        from_seconds = transcript.segments.back().time.end_seconds;
    }
    transcript.duration_seconds = source.below(4) == 0 ? 0 : from_seconds + source.below(256) * 0.01;
    if (source.below(4) == 0) transcript.unheard.push_back({{0, from_seconds}, "no_words"});
    return transcript;
}

inline SubtitleRules rules_from(ByteSource& source) {
    const unsigned choice = source.below(4);
    if (choice < all_rule_sets().size()) return all_rule_sets()[choice];
    const auto setting = [&](const char* key, unsigned least, unsigned values) {
        return key + std::string("=") + std::to_string(least + source.below(values));
    };
    const std::string settings = setting("max_line_characters", 10, 60) + "," + setting("max_lines", 1, 5) + "," +
                                 setting("max_characters_per_second", 5, 30) + "," +
                                 setting("min_duration_seconds", 0, 3) + "," + setting("max_duration_seconds", 3, 10) +
                                 "," + setting("min_gap_frames", 0, 13) + "," + setting("close_gap_frames", 0, 20);
    return find_rules("custom", settings).value();
}

}  // namespace formats::test
