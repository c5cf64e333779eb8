// The recogniser port: one segment's samples to its text. A pure function of the samples for one engine fingerprint.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "speech/planner.hpp"
#include "speech/voice.hpp"

namespace speech {

struct RecognisedWord {
    std::string text;      // with its punctuation, without spaces
    SampleSpan span;       // of the segment's samples
    float confidence = 0;  // 0 to 1: how likely the engine finds it there, given the words before
    bool operator==(const RecognisedWord&) const = default;
};

struct Recognition {
    std::string text;                                // trimmed, well-formed UTF-8; empty when there are no words
    int tokens = 0;                                  // how many the model produced; kept with a run's segments
    std::vector<RecognisedWord> words = {};          // in order, disjoint; empty when the engine tells none
    std::optional<float> mean_log_probability = {};  // of the tokens; absent when the engine tells none
    std::vector<VoiceWindow> voices = {};            // where speakers are told apart; an engine tells none
};

/// So many segments together cost the least time each: more take more memory, and no less time.
inline constexpr std::size_t best_batch = 4;

class Recogniser {
  public:
    virtual ~Recogniser() = default;
    /// Any number of threads at once. `samples` is mono 16 kHz (model/audio.hpp), between 0.1 s and the planner's
    /// bound. Errors: model_broken.
    [[nodiscard]] virtual base::Result<Recognition> recognise(std::span<const float> samples) const = 0;
    /// The same for several segments, which some engines do quicker than one by one; each result is as `recognise`
    /// gives it, whatever the others are.
    [[nodiscard]] virtual std::vector<base::Result<Recognition>> recognise_all(
        std::span<const std::span<const float>> segments) const;
    /// What decides the bytes of the result: model files, library build, numeric profile of this processor.
    [[nodiscard]] virtual const std::string& fingerprint() const = 0;
    /// The same engine, which also listens for these words and phrases (as of model::clean_phrases): other results only
    /// where one of them is heard. It shares the model and may outlive this one. Errors:
    /// invalid_argument for an engine that takes none.
    [[nodiscard]] virtual base::Result<std::shared_ptr<const Recogniser>> with_phrases(
        const std::vector<std::string>& phrases) const;
    /// What tells the phrases apart that it listens for (model::phrases_fingerprint); empty for none.
    [[nodiscard]] virtual std::string vocabulary() const { return {}; }
    /// BCP 47 primary tags that the model knows; empty when it knows any.
    [[nodiscard]] virtual const std::vector<std::string>& languages() const = 0;
};

/// An engine's text as a recognition has it: trimmed, well-formed UTF-8.
std::string clean_text(std::string_view text);

}  // namespace speech
