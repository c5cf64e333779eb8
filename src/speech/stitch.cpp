#include "speech/stitch.hpp"

#include <algorithm>
#include <utility>

#include "model/audio.hpp"
#include "speech/guards.hpp"

namespace speech {
namespace {

// How far apart two engines' runs may place one word: by what they looked at, or by its place in the text.
constexpr std::int64_t tolerance_of_times = model::sample_rate_hz * 2 / 5;
constexpr std::int64_t tolerance_of_guesses = model::sample_rate_hz * 4 / 5;

model::TimeSpan time_of(const SampleSpan& span) {
    return {model::seconds_of_samples(span.start), model::seconds_of_samples(span.end)};
}

// The part of a word's span where voice activity hears speech: a word does not begin or end in a silence. All of it
// when it lies in one.
SampleSpan heard_part(SampleSpan word, const std::vector<SampleSpan>& speech) {
    const auto meets = [&](const SampleSpan& span) { return span.end > word.start && span.start < word.end; };
    const auto first = std::ranges::find_if(speech, meets);
    if (first == speech.end()) return word;
    const auto last = std::find_if(speech.rbegin(), speech.rend(), meets);
    return {std::max(word.start, first->start), std::min(word.end, last->end)};
}

// The parts of the stretches that lie within `bounds`.
std::vector<SampleSpan> within(const std::vector<SampleSpan>& speech, const SampleSpan& bounds) {
    std::vector<SampleSpan> parts;
    for (const SampleSpan& span : speech) {
        const SampleSpan part = common_part(span, bounds);
        if (part.length() > 0) parts.push_back(part);
    }
    return parts;
}

// Two runs of stretches, the later one from `from` on; what meets there is one stretch.
std::vector<SampleSpan> followed_by(const std::vector<SampleSpan>& before, const std::vector<SampleSpan>& after,
                                    std::int64_t from) {
    std::vector<SampleSpan> all = within(before, {0, from});
    for (const SampleSpan& span : after) {
        if (!all.empty() && span.start <= all.back().end) {
            all.back().end = std::max(all.back().end, span.end);
        } else {
            all.push_back(span);
        }
    }
    return all;
}

// The first word that reaches beyond `from`, and the one before it, which tells whether a sentence goes on there.
std::size_t first_carried(const std::vector<SpokenWord>& words, std::int64_t from) {
    const auto reaching = std::ranges::find_if(words, [&](const SpokenWord& word) { return word.span.end > from; });
    if (reaching == words.end()) return words.size();
    const auto index = static_cast<std::size_t>(reaching - words.begin());
    return index == 0 ? 0 : index - 1;
}

}  // namespace

Stitcher::Stitcher(std::string language, std::string engine) {
    transcript_.language = std::move(language);
    transcript_.engine = std::move(engine);
}

void Stitcher::add_recognised(const PlannedSegment& segment, const Recognition& recognition) {
    if (recognition.text.empty()) return add_skipped(segment, "no_words");
    Piece piece = after_carried(segment, recognition);
    carried_.erase(segment.channel);
    if (segment.overlap > 0) carried_[segment.channel] = split(piece, segment.span.end - segment.overlap);
    put(std::move(piece));
}

void Stitcher::add_skipped(const PlannedSegment& segment, std::string_view reason) {
    const Piece* before = carried(segment.channel);
    const std::int64_t told_until = before != nullptr && !before->words.empty() ? before->span.end : segment.span.start;
    put_carried(segment.channel);
    for (const SampleSpan& span : within(segment.speech, {told_until, segment.span.end - segment.overlap}))
        transcript_.unheard.push_back({time_of(span), std::string(reason), segment.channel});
}

std::string Stitcher::preview(const PlannedSegment& segment, const Recognition& recognition) const {
    return recognition.text.empty() ? std::string() : after_carried(segment, recognition).about.text;
}

std::vector<model::Segment> Stitcher::take_segments() {
    transcript_.unheard.clear();
    return std::exchange(transcript_.segments, {});
}

model::Transcript Stitcher::finish(std::int64_t heard_samples, int channels) {
    while (!carried_.empty())
        put_carried(carried_.begin()->first);
    transcript_.duration_seconds = model::seconds_of_samples(heard_samples);
    transcript_.channels = channels;
    const auto place = [](const auto& item) { return std::pair(item.time.start_seconds, item.channel); };
    std::ranges::stable_sort(transcript_.segments, {}, place);
    std::ranges::stable_sort(transcript_.unheard, {}, place);
    return std::move(transcript_);
}

Stitcher::Piece Stitcher::piece_of(const PlannedSegment& segment, const Recognition& recognition) {
    Piece piece{.span = segment.span,
                .speech = segment.speech,
                .words = spoken_words(segment, recognition),
                .about = {},
                .timed = !recognition.words.empty()};
    piece.about.text = recognition.text;
    piece.about.speech_probability = static_cast<double>(segment.mean_probability);
    piece.about.doubts = doubts_about(segment, recognition);
    piece.about.mean_log_probability = recognition.mean_log_probability;
    piece.about.channel = segment.channel;
    return piece;
}

const Stitcher::Piece* Stitcher::carried(const std::optional<int>& channel) const {
    const auto found = carried_.find(channel);
    return found == carried_.end() ? nullptr : &found->second;
}

Stitcher::Piece Stitcher::after_carried(const PlannedSegment& segment, const Recognition& recognition) const {
    Piece piece = piece_of(segment, recognition);
    const Piece* before = carried(segment.channel);
    return before != nullptr ? joined(*before, std::move(piece)) : piece;
}

Stitcher::Piece Stitcher::joined(const Piece& before, Piece after) {
    const SampleSpan overlap = common_part(before.span, after.span);
    const Seam seam =
        find_seam(before.words, after.words, overlap, after.timed ? tolerance_of_times : tolerance_of_guesses);
    after.words = join(before.words, after.words, seam);
    after.about.text = text_of(after.words);
    after.speech = followed_by(before.speech, after.speech, after.span.start);
    after.span.start = std::min(before.span.start, after.span.start);
    return after;
}

// Takes what reaches beyond `from` off the piece's end.
Stitcher::Piece Stitcher::split(Piece& piece, std::int64_t from) {
    const std::size_t first = first_carried(piece.words, from);
    Piece rest = piece;
    rest.words.erase(rest.words.begin(), rest.words.begin() + static_cast<std::ptrdiff_t>(first));
    rest.about.text = text_of(rest.words);
    piece.words.resize(first);
    piece.about.text = text_of(piece.words);
    piece.span.end = rest.words.empty() ? from : std::clamp(rest.words.front().span.start, piece.span.start, from);
    rest.span.start = piece.span.end;
    piece.speech = within(piece.speech, piece.span);
    rest.speech = within(rest.speech, rest.span);
    return rest;
}

void Stitcher::put(Piece piece) {
    if (piece.words.empty()) {  // all of them are carried: what was heard before them gave none
        for (const SampleSpan& span : piece.speech)
            transcript_.unheard.push_back({time_of(span), "no_words", piece.about.channel});
        return;
    }
    model::Segment& added = transcript_.segments.emplace_back(std::move(piece.about));
    added.time = time_of(piece.span);
    for (const SampleSpan& span : piece.speech)
        added.speech.push_back(time_of(span));
    if (!piece.timed) return;
    for (const SpokenWord& word : piece.words)
        added.words.push_back(
            {time_of(heard_part(word.span, piece.speech)), word.text, static_cast<double>(word.confidence), {}});
}

void Stitcher::put_carried(const std::optional<int>& channel) {
    auto found = carried_.extract(channel);
    if (!found.empty() && !found.mapped().words.empty()) put(std::move(found.mapped()));
}

}  // namespace speech
