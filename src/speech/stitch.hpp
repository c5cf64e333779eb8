// Folds recognised segments, in order, into the transcript: each segment once, then finish(). Where two of them overlap
// (planner.hpp) their words become one run (seam.hpp): what the earlier one has from there on waits for the later one,
// and stands in its segment, so that the transcript's segments are disjoint. Channels are folded side by side: only the
// segments of one are in order and disjoint, and finish() puts those of all in order of time. The same calls give the
// same transcript, wherever the segments were recognised. Pure; belongs to one thread.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/transcript.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"
#include "speech/seam.hpp"

namespace speech {

class Stitcher {
  public:
    /// `engine` is the fingerprint (cutter.hpp) of whatever makes the segments.
    Stitcher(std::string language, std::string engine);

    /// Adds a recognised segment: its text with what is doubtful about it, or "no_words" to the unheard when there is
    /// none.
    void add_recognised(const PlannedSegment& segment, const Recognition& recognition);
    /// Accounts for a segment that was not recognised.
    void add_skipped(const PlannedSegment& segment, std::string_view reason);

    /// What the open segment reads as, were it added now.
    [[nodiscard]] std::string preview(const PlannedSegment& segment, const Recognition& recognition) const;
    /// Gives away the segments that are complete, for those who tell them as they come: they are in no transcript.
    std::vector<model::Segment> take_segments();

    /// After the last segment; `heard_samples`: how much was heard in all. `channels`: as model::Transcript has it.
    model::Transcript finish(std::int64_t heard_samples, int channels = 0);

  private:
    // A segment of the transcript while its words are still on samples.
    struct Piece {
        SampleSpan span;
        std::vector<SampleSpan> speech;
        std::vector<SpokenWord> words;
        model::Segment about;  // all but what follows from the above
        bool timed = false;    // whether the engine told when the words are
    };
    static Piece piece_of(const PlannedSegment& segment, const Recognition& recognition);
    static Piece joined(const Piece& before, Piece after);
    static Piece split(Piece& piece, std::int64_t from);
    [[nodiscard]] const Piece* carried(const std::optional<int>& channel) const;
    [[nodiscard]] Piece after_carried(const PlannedSegment& segment, const Recognition& recognition) const;
    void put(Piece piece);
    void put_carried(const std::optional<int>& channel);

    model::Transcript transcript_;
    // By channel: the last words of the segment before, where the next one overlaps it.
    std::map<std::optional<int>, Piece> carried_;
};

}  // namespace speech
