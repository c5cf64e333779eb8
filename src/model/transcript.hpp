// The transcript: what was said, when, and how sure we are. A value; times are seconds on the media's own clock (0 is
// where a player starts), text is well-formed UTF-8.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace model {

struct TimeSpan {
    double start_seconds = 0;
    double end_seconds = 0;
    bool operator==(const TimeSpan&) const = default;
};

/// Why a segment should be read with care. A doubtful segment keeps its text: nothing is deleted in silence.
enum class Doubt : std::uint8_t {
    repetition,      // the same words over and over, more often than people say them
    too_many_words,  // more words a second than anyone speaks
    too_few_words,   // long speech, hardly a word
    weak_speech,     // voice activity was not sure that there is speech at all
    unsure_words,    // the engine itself hardly believes its words: noise, names, or another language than it knows
    other_language,  // so hardly that this is most likely a language that it does not know
};

/// The stable text of a doubt, such as "repetition"; JSON and captions carry it.
constexpr const char* doubt_name(Doubt doubt) {
    switch (doubt) {
        case Doubt::repetition:
            return "repetition";
        case Doubt::too_many_words:
            return "too_many_words";
        case Doubt::too_few_words:
            return "too_few_words";
        case Doubt::weak_speech:
            return "weak_speech";
        case Doubt::unsure_words:
            return "unsure_words";
        case Doubt::other_language:
            return "other_language";
    }
    return "unknown";
}

struct Word {
    TimeSpan time;
    std::string text;       // with its punctuation, without spaces; never empty
    double confidence = 0;  // 0 to 1, as the engine sees it
    std::string speaker;    // as Segment::speaker
};

struct Segment {
    TimeSpan time;
    std::string text;               // trimmed, never empty in a finished transcript
    std::vector<TimeSpan> speech;   // the stretches inside `time` where voice activity heard speech, in order, disjoint
    double speech_probability = 0;  // mean of voice activity over those stretches, 0 to 1
    std::vector<Doubt> doubts;      // in the order of the enum
    std::vector<Word> words;        // in order of time; with spaces between they are the text. Empty: not told
    std::optional<double> mean_log_probability;  // of the engine's tokens; absent when it tells none
    std::string speaker;         // who says most of it, a label such as "S1", the same all through; empty: not told
    std::optional<int> channel;  // where it and its words were heard, from 0; absent: in the mix of all channels
};

/// Speech that was heard but gave no words in the transcript, and why: the guards' own account.
struct Unheard {
    TimeSpan time;
    std::string reason;               // stable, such as "no_words", "weak_speech"
    std::optional<int> channel = {};  // as Segment::channel
};

/// A remembered voice that a speaker was taken for: a machine's guess.
struct RecognisedVoice {
    std::string id;
    double similarity = 0;  // cosine, in hundredths
    bool operator==(const RecognisedVoice&) const = default;
};

/// Somebody who speaks: how segments and words call them, and how people do.
struct Speaker {
    std::string label;                          // such as "S1", the same all through
    std::string name;                           // empty: nobody has named them
    std::optional<RecognisedVoice> voice = {};  // where the name comes from; absent: a person gave it
    bool operator==(const Speaker&) const = default;
};

struct Transcript {
    std::string language;           // BCP 47, such as "en"
    double duration_seconds = 0;    // of the audio that was decoded, on the media's clock
    std::string engine;             // the engine fingerprint: model, build, numeric profile
    std::vector<Segment> segments;  // in order of time; those of one channel disjoint; empty when nobody speaks
    std::vector<Unheard> unheard;
    double frame_rate_hz = 0;       // of the video, for subtitle gaps; 0 when there is none
    int channels = 0;               // transcribed each on its own: those with a sound of their own; 0: mixed
    std::vector<Speaker> speakers;  // every label once, in order of appearance; empty: not told apart
};

}  // namespace model
