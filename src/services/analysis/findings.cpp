#include "services/analysis/findings.hpp"

#include <cmath>
#include <utility>

#include "services/analysis/stop_words.hpp"
#include "services/analysis/summary.hpp"

namespace analysis {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;

Json rounded(double value) {
    return std::round(value * 1000) / 1000;
}

Json whole(std::size_t value) {
    return static_cast<std::int64_t>(value);
}

JsonObject with_times(const model::TimeSpan& time) {
    return {{"start", rounded(time.start_seconds)}, {"end", rounded(time.end_seconds)}};
}

Json to_json(const Sentence& sentence) {
    JsonObject object = with_times(sentence.time);
    object.push_back({"text", sentence.text});
    return object;
}

Json to_json(const Chapter& chapter) {
    JsonObject object = with_times(chapter.time);
    object.push_back({"title", chapter.title});
    return object;
}

Json to_json(const KeyPhrase& phrase) {
    JsonArray mentions;
    for (const double seconds : phrase.mentions_seconds)
        mentions.push_back(rounded(seconds));
    return JsonObject{{"phrase", phrase.text}, {"count", whole(phrase.count)}, {"mentions", std::move(mentions)}};
}

Json to_json(const std::optional<Pause>& pause) {
    if (!pause) return {};
    JsonObject object = with_times(pause->time);
    object.push_back({"seconds", rounded(pause->seconds())});
    return object;
}

Json to_json(const Statistics& figures) {
    return JsonObject{{"duration_seconds", rounded(figures.duration_seconds)},
                      {"speech_seconds", rounded(figures.speech_seconds)},
                      {"silence_share", rounded(figures.silence_share)},
                      {"segments", whole(figures.segments)},
                      {"sentences", whole(figures.sentences)},
                      {"words", whole(figures.words)},
                      {"distinct_words", whole(figures.distinct_words)},
                      {"words_a_minute", rounded(figures.words_a_minute)},
                      {"longest_pause", to_json(figures.longest_pause)},
                      {"doubtful_share", rounded(figures.doubtful_share)},
                      {"reading_ease", figures.reading_ease ? rounded(*figures.reading_ease) : Json()}};
}

template <class T>
JsonArray to_array(const std::vector<T>& items) {
    JsonArray array;
    for (const T& item : items)
        array.push_back(to_json(item));
    return array;
}

}  // namespace

Findings analyse(const model::Transcript& transcript, const FindingOptions& options) {
    const std::vector<Sentence> sentences = split_sentences(transcript);
    Findings findings{.language = transcript.language, .statistics = statistics_of(transcript, sentences)};
    if (sentences.empty()) findings.reason = "no_speech";
    if (!sentences.empty() && !is_english(transcript.language)) findings.reason = "language_unsupported";
    if (!findings.reason.empty()) return findings;
    for (const std::size_t sentence : summarise(sentences, {.sentences = options.summary_sentences}))
        findings.summary.push_back(sentences[sentence]);
    findings.key_phrases = find_key_phrases(sentences, {.most_phrases = options.key_phrases});
    findings.chapters = find_chapters(sentences, transcript.duration_seconds);
    return findings;
}

base::Json to_json(const Findings& findings) {
    return JsonObject{
        {"language", findings.language},           {"reason", findings.reason.empty() ? Json() : Json(findings.reason)},
        {"summary", to_array(findings.summary)},   {"key_phrases", to_array(findings.key_phrases)},
        {"chapters", to_array(findings.chapters)}, {"statistics", to_json(findings.statistics)}};
}

}  // namespace analysis
