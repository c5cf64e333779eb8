// Whether somebody who speaks is somebody whose voice is known, by the cosine of the mean vectors of both. Pure; any
// thread.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace speech {

struct MatchingOptions {
    double least_similarity = 0;  // cosine from which two voices may be one person's
    double least_margin = 0;      // by which the known voice must be nearer than the next one; more than 0
};

/// What is measured in docs/benchmarks.md: rather nobody than the wrong one.
inline constexpr MatchingOptions same_person{.least_similarity = 0.55, .least_margin = 0.1};
/// Windows (0.8 s each) from which a mean says enough about a voice, to be known or to be recognised.
inline constexpr std::size_t least_voice_windows = 8;

struct VoiceMatch {
    std::size_t known = 0;  // its place
    double similarity = 0;  // cosine
    bool operator==(const VoiceMatch&) const = default;
};

/// For each voice heard the known one that it is, if it is any. A known voice is one person: of several that are
/// nearest to it, the nearest has it and the others are nobody; of those as near, the first. All vectors have length 1
/// and one size.
std::vector<std::optional<VoiceMatch>> match_voices(std::span<const std::vector<float>> heard,
                                                    std::span<const std::vector<float>> known,
                                                    const MatchingOptions& options = same_person);

}  // namespace speech
