// Who is who, decided for all voices at once: variational Bayes over a mixture of speakers (VBx without its Markov
// chain: https://arxiv.org/abs/2012.14952, as pyannote.audio uses it). From a first guess with too many speakers, those
// that the others explain as well fall away. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace speech {

/// Windows that are one speaker's in any case.
struct VoiceGroup {
    std::vector<double> sum;  // of where they lie in a SpeakerSpace
    double windows = 0;
};

struct InferenceOptions {
    double evidence = 1;        // how much a window counts: less than 1, for neighbours overlap and sound alike
    double regularisation = 1;  // how much a speaker must explain to stay: greater for fewer speakers
};

/// The speaker of each group. `guess` has one for each group, from 0 without gaps; the answer's are among them.
/// `between` is the space's.
std::vector<std::size_t> infer_speakers(std::span<const VoiceGroup> groups, std::span<const std::size_t> guess,
                                        std::span<const float> between, const InferenceOptions& options);

}  // namespace speech
