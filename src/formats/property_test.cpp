// Promises that hold for every transcript (test_invariants.hpp), on seeded random ones, and the rules on ones as people
// speak.
#include <algorithm>
#include <random>
#include <utility>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "formats/test_invariants.hpp"
#include "formats/test_transcripts.hpp"

namespace formats {
namespace {

constexpr unsigned first_seed = 20261124;

std::string broken_json(const model::Transcript& transcript) {
    const std::string content = write(**find_format("json"), transcript, {}).value().content;
    boost::system::error_code error;
    const boost::json::value document = boost::json::parse(content, error);
    if (error) return "JSON: " + error.message();
    const boost::json::array& segments = document.at("segments").as_array();
    if (segments.size() != transcript.segments.size()) return "number of segments";
    std::string text;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const boost::json::string& shown = segments[i].at("text").as_string();
        if (std::string_view(shown) != clean_text(transcript.segments[i].text)) return "text of a segment";
        text += test::without_spaces(std::string_view(shown));
    }
    return test::without_spaces(std::string_view(document.at("text").as_string())) == text ? "" : "text of the whole";
}

TEST(Properties, HoldForAnyTranscriptAndAnyRules) {
    constexpr unsigned cases = 2500;
    std::size_t cues = 0;
    std::size_t violations = 0;
    for (unsigned seed = first_seed; seed < first_seed + cases; ++seed) {
        std::mt19937 random(seed);
        std::vector<std::uint8_t> bytes(random() % 1200);
        std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
        test::ByteSource source(bytes);
        const SubtitleRules rules = test::rules_from(source);
        const model::Transcript transcript = test::transcript_from(source);
        ASSERT_EQ(test::broken_invariant(transcript, rules), "") << "seed " << seed;
        ASSERT_EQ(broken_json(transcript), "") << "seed " << seed;
        const auto built = build_cues(transcript, rules);
        cues += built.size();
        violations += check_cues(built, rules, frame_rate_of(transcript, rules)).size();
    }
    std::printf("seeds %u to %u: %zu cues, %zu violations\n", first_seed, first_seed + cases - 1, cues, violations);
    EXPECT_GT(cues, cases) << "the transcripts should have something to show";
    EXPECT_GT(violations, 0U) << "and something that cannot keep the rules";
}

// Speech as people speak it: 12 to 17 characters a second, sentences of 4 to 20 words, short pauses between them.
model::Transcript ordinary_talk(unsigned seed) {
    static constexpr std::array<std::string_view, 16> words{"the",    "house",     "and", "river",  "of",   "is",
                                                            "going",  "mountain",  "to",  "garden", "with", "a",
                                                            "people", "yesterday", "in",  "morning"};
    std::mt19937 random(seed);
    model::Transcript talk{.language = "en", .duration_seconds = 0, .engine = "test", .segments = {}, .unheard = {}};
    for (int i = 0; i < 4; ++i) {
        model::Segment segment;
        segment.time.start_seconds = segment.time.end_seconds = talk.duration_seconds + 1;
        while (segment.time.end_seconds - segment.time.start_seconds < 12) {
            std::string sentence = "We";
            for (auto left = 3 + random() % 17; left > 0; --left)
                sentence += " " + std::string(words[random() % words.size()]);
            const double start = segment.time.end_seconds + 0.2 + static_cast<double>(random() % 8) / 10;
            segment.speech.push_back(
                {start, start + static_cast<double>(sentence.size()) / static_cast<double>(12 + random() % 6)});
            segment.time.end_seconds = segment.speech.back().end_seconds;
            segment.text += (segment.text.empty() ? "" : " ") + sentence + ".";
        }
        talk.duration_seconds = segment.time.end_seconds;
        talk.segments.push_back(std::move(segment));
    }
    talk.duration_seconds += 2;
    return talk;
}

TEST(Properties, OrdinaryTalkKeepsTheNetflixRules) {
    std::size_t cues = 0;
    std::size_t violations = 0;
    for (unsigned seed = first_seed; seed < first_seed + 200; ++seed) {
        const auto built = build_cues(ordinary_talk(seed), all_rule_sets().front());
        cues += built.size();
        for (const RuleViolation& violation : check_cues(built, all_rule_sets().front(), 24)) {
            violations += 1;
            EXPECT_TRUE(violation.rule == "max_characters_per_second" || violation.rule == "min_duration_seconds")

                << "seed " << seed << ": " << describe(violation);
        }
    }
    std::printf("seeds from %u: %zu cues, %zu violations\n", first_seed, cues, violations);
    EXPECT_LE(violations * 100, cues) << "one cue in a hundred";
}

}  // namespace
}  // namespace formats
