#include "services/analysis/key_phrases.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "services/analysis/stop_words.hpp"
#include "services/analysis/words.hpp"

namespace analysis {
namespace {

constexpr std::size_t longest_phrase_words = 4;
// By number of words: a single word says little, and four are often two terms.
constexpr std::array<double, longest_phrase_words + 1> weights{0, 1.3, 2.5, 3, 3};
constexpr std::size_t words_for_two_mentions = 400;     // in a talk this long, what counts is said twice
constexpr std::size_t words_for_three_mentions = 4000;  // or three times
constexpr std::size_t shortest_word_letters = 3;        // of at least one word of a phrase

struct ContentWord {
    std::string_view text;
    std::string stem;
    double seconds = 0;
};
using Run = std::vector<ContentWord>;

struct Candidate {
    std::string text;
    std::size_t words = 0;
    std::size_t count = 0;
    std::size_t nested_count = 0;  // of those, inside a longer candidate that is said again
    std::size_t whole_count = 0;   // with no content word beside it
    std::size_t order = 0;         // of the first mention
    std::vector<double> mentions_seconds;
    double score = 0;
};
using Candidates = std::unordered_map<std::string, Candidate>;  // by stems; what is iterated is sorted first

bool is_content(const Word& word, bool first) {
    if (!is_stop_word(word.folded)) return true;
    return !first && word.text.front() >= 'A' && word.text.front() <= 'Z' && may_begin_name(word.folded);
}

// The runs of content words of a sentence.
std::vector<Run> runs_of(const Sentence& sentence) {
    const std::vector<Word> words = words_of(sentence.text);
    const double length_seconds = sentence.time.end_seconds - sentence.time.start_seconds;
    std::vector<Run> runs;
    bool open = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool content = is_content(words[i], i == 0);
        if (content && (!open || words[i].after_break)) runs.emplace_back();
        open = content;
        if (!content) continue;
        const double share = static_cast<double>(i) / static_cast<double>(words.size());
        runs.back().push_back(
            {words[i].text, stem_of(words[i].folded), sentence.time.start_seconds + share * length_seconds});
    }
    return runs;
}

bool is_word(const ContentWord& word) {
    const auto letter = [](char byte) { return static_cast<unsigned char>(byte | 0x20) >= 'a'; };
    return word.stem.size() >= shortest_word_letters && std::ranges::all_of(word.stem, [&](char byte) {
               return letter(byte) || byte == '\'' || byte == '-' || byte == '.';
           });
}

std::string key_of(const Run& run, std::size_t begin, std::size_t size) {
    std::string key;
    for (std::size_t i = begin; i < begin + size; ++i)
        key.append(i == begin ? "" : " ").append(run[i].stem);
    return key;
}

std::string text_of(const Run& run, std::size_t begin, std::size_t size) {
    std::string text;
    for (std::size_t i = begin; i < begin + size; ++i)
        text.append(i == begin ? "" : " ").append(run[i].text);
    for (const std::string_view possessive : {"'s", "\u2019s"}) {
        if (text.ends_with(possessive)) text.resize(text.size() - possessive.size());
    }
    return text;
}

std::ptrdiff_t capitals(std::string_view text) {
    return std::ranges::count_if(text, [](char byte) { return byte >= 'A' && byte <= 'Z'; });
}

class Counter {
  public:
    explicit Counter(const KeyPhraseOptions& options) : options_(options) {}

    void add(const Run& run) {
        content_words_ += run.size();
        for (std::size_t size = 1; size <= std::min(run.size(), longest_phrase_words); ++size) {
            for (std::size_t begin = 0; begin + size <= run.size(); ++begin)
                add(run, begin, size);
        }
    }

    [[nodiscard]] std::size_t content_words() const { return content_words_; }
    Candidates take() && { return std::move(candidates_); }

  private:
    void add(const Run& run, std::size_t begin, std::size_t size) {
        const auto words = std::span(run).subspan(begin, size);
        if (!is_word(words.front()) || std::ranges::none_of(words, is_word)) return;
        if (candidates_.size() >= options_.most_candidates) forget_the_rare();
        Candidate& candidate = candidates_[key_of(run, begin, size)];
        std::string text = text_of(run, begin, size);
        if (candidate.count++ == 0) {
            candidate.words = size;
            candidate.order = next_order_++;
            candidate.text = std::move(text);
        } else if (capitals(text) < capitals(candidate.text)) {
            candidate.text = std::move(text);
        }
        if (size == run.size()) ++candidate.whole_count;
        if (candidate.mentions_seconds.size() < options_.most_mentions)
            candidate.mentions_seconds.push_back(words.front().seconds);
    }

    // Raises the bar until half of the table is free, so that this stays rare.
    void forget_the_rare() {
        for (std::size_t bar = 1; candidates_.size() > options_.most_candidates / 2; ++bar)
            std::erase_if(candidates_, [bar](const auto& entry) { return entry.second.count <= bar; });
    }

    const KeyPhraseOptions& options_;
    Candidates candidates_;
    std::size_t content_words_ = 0;
    std::size_t next_order_ = 0;
};

// Each phrase inside another of one word more, which is said again or as often as itself, counts less for that.
void count_nested(Candidates& candidates) {
    for (const auto& [key, candidate] : candidates) {
        if (candidate.words < 2) continue;
        const std::size_t first_space = key.find(' ');
        const std::size_t last_space = key.rfind(' ');
        for (const std::string& part : {key.substr(0, last_space), key.substr(first_space + 1)}) {
            const auto inner = candidates.find(part);
            if (inner == candidates.end()) continue;
            if (candidate.count > 1 || candidate.count == inner->second.count)
                inner->second.nested_count = std::max(inner->second.nested_count, candidate.count);
        }
    }
}

// "electric", which is always said of something.
bool is_only_a_part(const Candidate& candidate) {
    return candidate.words == 1 && candidate.whole_count * 5 < candidate.count;
}

double score_of(const Candidate& candidate) {
    if (is_only_a_part(candidate)) return 0;
    const auto own = static_cast<double>(candidate.count - std::min(candidate.nested_count, candidate.count));
    return weights.at(candidate.words) * std::log2(1 + own);
}

std::vector<Candidate> ranked(Candidates candidates, std::size_t least_count) {
    count_nested(candidates);
    std::vector<Candidate> list;
    for (auto& [key, candidate] : candidates) {
        candidate.score = score_of(candidate);
        if (candidate.count >= least_count && candidate.score > 0) list.push_back(std::move(candidate));
    }
    std::ranges::sort(list, [](const Candidate& left, const Candidate& right) {
        return left.score != right.score ? left.score > right.score : left.order < right.order;
    });
    return list;
}

std::string padded_key(std::string_view text) {
    std::string key = " ";
    for (const Word& word : words_of(text))
        key.append(stem_of(word.folded)).append(" ");
    return key;
}

// One topic, one phrase: "learning" adds nothing to "machine learning", nor the other way round, unless it is said much
// more often.
bool repeats(const Candidate& candidate, const std::vector<KeyPhrase>& chosen) {
    const std::string key = padded_key(candidate.text);
    return std::ranges::any_of(chosen, [&](const KeyPhrase& phrase) {
        const std::string other = padded_key(phrase.text);
        return other.contains(key) ? candidate.count < 3 * phrase.count
                                   : key.contains(other) && phrase.count < 3 * candidate.count;
    });
}

std::size_t least_count(std::size_t content_words) {
    return content_words >= words_for_three_mentions ? 3 : content_words >= words_for_two_mentions ? 2 : 1;
}

}  // namespace

std::vector<KeyPhrase> find_key_phrases(std::span<const Sentence> sentences, const KeyPhraseOptions& options) {
    Counter counter(options);
    for (const Sentence& sentence : sentences) {
        for (const Run& run : runs_of(sentence))
            counter.add(run);
    }
    const std::size_t least = least_count(counter.content_words());
    std::vector<KeyPhrase> phrases;
    for (Candidate& candidate : ranked(std::move(counter).take(), least)) {
        if (phrases.size() == options.most_phrases) break;
        if (repeats(candidate, phrases)) continue;
        phrases.push_back({std::move(candidate.text), candidate.count, std::move(candidate.mentions_seconds)});
    }
    return phrases;
}

}  // namespace analysis
