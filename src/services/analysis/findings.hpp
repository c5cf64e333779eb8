// All that is found out about one transcript, and its JSON. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "base/json.hpp"
#include "model/transcript.hpp"
#include "services/analysis/chapters.hpp"
#include "services/analysis/key_phrases.hpp"
#include "services/analysis/sentences.hpp"
#include "services/analysis/statistics.hpp"

namespace analysis {

struct FindingOptions {
    std::size_t summary_sentences = 5;
    std::size_t key_phrases = 20;
};

struct Findings {
    std::string language;
    std::string reason;  // why there is nothing but statistics: "no_speech", "language_unsupported"; else empty
    std::vector<Sentence> summary;
    std::vector<KeyPhrase> key_phrases;
    std::vector<Chapter> chapters;
    Statistics statistics;
};

/// The same transcript gives the same findings. One without speech gives empty ones, which is no error; one in another
/// language than English gives statistics only.
Findings analyse(const model::Transcript& transcript, const FindingOptions& options);

/// Members "language", "reason" (null when there is none), "summary", "key_phrases", "chapters", "statistics". Times
/// are seconds, to the millisecond.
base::Json to_json(const Findings& findings);

}  // namespace analysis
