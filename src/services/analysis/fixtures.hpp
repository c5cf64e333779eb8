// For tests: transcripts from lines of text.
#pragma once
#include <initializer_list>
#include <string>
#include <vector>

#include "model/transcript.hpp"
#include "services/analysis/sentences.hpp"

namespace analysis {

inline model::Segment segment(double start_seconds, double end_seconds, std::string text) {
    return {.time = {start_seconds, end_seconds}, .text = std::move(text), .speech = {}, .speech_probability = 0.9};
}

/// A segment a line, ten seconds each, a second between them.
inline model::Transcript talk(const std::vector<std::string>& lines, std::string language = "en") {
    model::Transcript transcript{.language = std::move(language), .engine = "test"};
    double at_seconds = 0;
    for (const std::string& line : lines) {
        transcript.segments.push_back(segment(at_seconds, at_seconds + 10, line));
        at_seconds += 11;
    }
    transcript.duration_seconds = at_seconds;
    return transcript;
}

inline std::vector<Sentence> sentences(const std::vector<std::string>& lines) {
    return split_sentences(talk(lines));
}

inline std::vector<std::string> texts_of(const std::vector<Sentence>& sentences) {
    std::vector<std::string> texts;
    for (const Sentence& sentence : sentences)
        texts.push_back(sentence.text);
    return texts;
}

inline const std::vector<std::string> transit_talk{
    "Public transit has changed our cities. Horses once pulled every streetcar through the muddy streets.",
    "Then electric motors came, and the electric streetcar conquered the cities within a decade.",
    "Thank you. Let me go on.",
    "A subway needs tunnels, and tunnels need money. Only large cities could pay for a subway.",
    "Buses replaced the electric streetcar in most cities, since buses need no rails at all.",
    "My uncle had a dog. The weather was nice that day in the garden behind his house.",
    "Today public transit returns: light rail is an electric streetcar under another name, say the cities.",
};

}  // namespace analysis
