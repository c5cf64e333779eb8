// The writers behind the rows of formats.cpp, one a format. Pure; any thread.
#pragma once
#include "formats/formats.hpp"
#include "model/transcript.hpp"

namespace formats {

/// Plain text for reading: one line a paragraph, a blank line between paragraphs. A paragraph ends where nobody speaks
/// for 2 seconds, and at the first end of a sentence after some 600 characters. No times, no marks; nothing for an
/// empty transcript. Where two or more speak, a paragraph is of one speaker and begins with who it is ("S1: ").
Export write_txt(const model::Transcript& transcript, const ExportOptions& options);

/// SubRip. Players take < > for tags, { } for positions, \ for line breaks and --> for times, and SubRip has no way to
/// escape them: the five characters are written in their full width forms (U+FF1C and so on; Unicode's NFKC turns them
/// back). Doubtful segments look like others. Where two or more speak, the first cue after a change begins with who it
/// is ("S1: "), which the rules do not count.
Export write_srt(const model::Transcript& transcript, const ExportOptions& options);

/// WebVTT (W3C). & < > are written as entities. Before the first cue of a doubtful segment stands a NOTE with its
/// times and doubts. Where two or more speak, each cue is one voice span ("<v S1>").
Export write_vtt(const model::Transcript& transcript, const ExportOptions& options);

/// OpenAI's verbose_json, with no value that is not known. `language` is the English name, lower case, as OpenAI's
/// ("english"; the BCP 47 tag itself where Whisper has no name for it), `language_code` the tag; `text` is all segments
/// joined by spaces; `seek` is the segment's start in Whisper's frames of 10 ms; `temperature` is 0 (greedy);
/// `compression_ratio` Whisper's (zlib); `no_speech_prob` 1 less what voice activity says; `avg_logprob` null and
/// `tokens` empty (not known). Our own keys: `engine`, and where there is something to tell, a segment's `doubtful`, a
/// segment's and a word's `speaker`, and the top's `speakers` and `unheard`.
Export write_json(const model::Transcript& transcript, const ExportOptions& options);

}  // namespace formats
