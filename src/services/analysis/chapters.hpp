// Chapters of long talks. Pure; any thread.
//
// TextTiling (Hearst: "TextTiling: segmenting text into multi-paragraph subtopic passages", 1997): neighbouring blocks
// of text are compared by their words, and a chapter begins where they differ most from what is around.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "services/analysis/sentences.hpp"

namespace analysis {

struct Chapter {
    model::TimeSpan time;  // from the first sentence's start to the next chapter's
    std::string title;     // its own key phrases; never empty
};

struct ChapterOptions {
    double shortest_talk_seconds = 600;  // a shorter one has no chapters
    double shortest_seconds = 120;       // of a chapter
    std::size_t most_chapters = 40;
};

/// In order, covering all of the talk from its first sentence to its end; none for a short talk and for one whose topic
/// never changes. The same sentences give the same chapters.
std::vector<Chapter> find_chapters(std::span<const Sentence> sentences, double duration_seconds,
                                   const ChapterOptions& options = {});

}  // namespace analysis
