// Test support: the rules that most tests of subtitles hold their cues to.
#pragma once
#include "formats/subtitle_rules.hpp"

namespace formats::test {

inline constexpr double film_hz = 24;
inline const SubtitleRules& netflix_en = all_rule_sets().front();

}  // namespace formats::test
