// English words that say nothing about what a talk is about, as data. Pure; any thread.
#pragma once
#include <string_view>

namespace analysis {

/// Whether a word (folded, as words_of gives it) is one of them: articles, pronouns, auxiliaries, prepositions, fillers
/// of speech, everyday verbs, number words, and adverbs in -ly; also with 's, 'll, 're, 've, 'd, 'm and n't.
bool is_stop_word(std::string_view folded);

/// Whether a stop word still counts when it is written with a capital inside a sentence: "New York", "Great Britain".
bool may_begin_name(std::string_view folded);

/// Whether the language (BCP 47) is the one these words are of.
bool is_english(std::string_view language);

}  // namespace analysis
