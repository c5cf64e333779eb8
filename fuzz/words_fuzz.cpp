// Text of any kind, as a transcript may hold it: the words of the search and of the analysis. Whatever stands in a text
// is found in it, and sentences have all of its words and times in order.
#include <algorithm>
#include <string>

#include "base/utf8.hpp"
#include "fuzz/fuzzing.hpp"
#include "services/analysis/sentences.hpp"
#include "services/analysis/words.hpp"
#include "services/session/words.hpp"

namespace {

using fuzz::check;

void search(std::string_view text) {
    session::WordSet set;
    set.add_text(text);
    check(std::ranges::none_of(set.words(), [](const std::string& word) { return word.empty(); }));
    const auto query = session::query_words(text);
    if (!query) return;
    for (const std::string& word : *query)
        check(set.words().contains(word));
}

void words(std::string_view text) {
    const char* end = text.data();
    for (const analysis::Word& word : analysis::words_of(text)) {
        check(!word.text.empty() && !word.folded.empty() && word.text.data() >= end);
        end = word.text.data() + word.text.size();
        check(analysis::stem_of(word.folded).size() <= word.folded.size());
    }
    check(end <= text.data() + text.size());
}

// A segment a line, with pauses between.
void sentences(const std::string& text) {
    model::Transcript transcript{.language = "en"};
    std::string_view rest = text;
    double start_seconds = 0;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const double size_seconds = static_cast<double>(end % 7) + 0.5;
        const model::TimeSpan time{start_seconds, start_seconds + size_seconds};
        if (end > 0)
            transcript.segments.push_back({.time = time, .text = std::string(rest.substr(0, end)), .speech = {time}});
        start_seconds += size_seconds * 1.5;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    transcript.duration_seconds = start_seconds;
    double last_seconds = 0;
    for (const analysis::Sentence& sentence : analysis::split_sentences(transcript)) {
        check(!sentence.text.empty() && !sentence.text.contains('\n'));
        check(sentence.time.start_seconds >= last_seconds && sentence.time.end_seconds >= sentence.time.start_seconds);
        check(sentence.time.end_seconds <= start_seconds);
        last_seconds = sentence.time.start_seconds;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    search(text);
    words(text);
    sentences(base::valid_utf8(text));
    return 0;
}
