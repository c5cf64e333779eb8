#include "formats/line_breaks.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "formats/characters.hpp"

namespace formats {
namespace {

// clang-format off
constexpr auto abbreviations = std::to_array<std::string_view>({
    "capt.", "col.", "dr.", "e.g.", "gen.", "gov.", "i.e.", "jr.", "lt.", "mr.", "mrs.", "ms.", "no.", "prof.", "rep.",
    "rev.", "sen.", "sgt.", "st.", "u.k.", "u.s.", "vs."});
constexpr auto conjunctions = std::to_array<std::string_view>({
    "although", "and", "because", "but", "how", "if", "nor", "or", "since", "so", "than", "that", "though", "unless",
    "until", "what", "when", "where", "whereas", "whether", "which", "while", "who", "whom", "whose", "why", "yet"});
constexpr auto prepositions = std::to_array<std::string_view>({
    "about", "above", "across", "after", "against", "along", "among", "around", "as", "at", "before", "behind", "below",
    "beneath", "beside", "between", "beyond", "by", "despite", "down", "during", "for", "from", "in", "inside", "into",
    "like", "near", "of", "off", "on", "onto", "out", "outside", "over", "past", "per", "through", "throughout", "to",
    "toward", "towards", "under", "up", "upon", "via", "with", "within", "without"});
constexpr auto determiners = std::to_array<std::string_view>({
    "a", "all", "an", "another", "any", "both", "each", "every", "her", "his", "its", "my", "no", "our", "some", "such",
    "the", "their", "these", "this", "those", "your"});
constexpr auto subjects_and_auxiliaries = std::to_array<std::string_view>({
    "ain't", "am", "are", "aren't", "be", "been", "being", "can", "can't", "cannot", "could", "couldn't", "did",
    "didn't", "do", "does", "doesn't", "don't", "had", "hadn't", "has", "hasn't", "have", "haven't", "he", "he'd",
    "he'll", "he's", "i", "i'd", "i'll", "i'm", "i've", "is", "isn't", "it", "it'll", "it's", "let's", "may", "might",
    "must", "mustn't", "not", "shall", "she", "she'd", "she'll", "she's", "should", "shouldn't", "that's", "there's",
    "they", "they'd", "they'll", "they're", "they've", "very", "was", "wasn't", "we", "we'd", "we'll", "we're",
    "we've", "were", "weren't", "will", "won't", "would", "wouldn't", "you", "you'd", "you'll", "you're", "you've"});
constexpr auto adjectives = std::to_array<std::string_view>({
    "bad", "best", "better", "big", "black", "blue", "brown", "clear", "cold", "common", "dark", "deep", "different",
    "early", "easy", "fast", "few", "final", "first", "foreign", "free", "full", "good", "great", "green", "hard", "high",
    "hot", "huge", "human", "important", "large", "last", "late", "little", "long", "low", "main", "major", "many",
    "modern", "more", "most", "much", "national", "new", "next", "nice", "old", "only", "other", "own", "poor", "real",
    "recent", "red", "rich", "same", "second", "several", "short", "simple", "single", "slow", "small", "strong",
    "third", "tiny", "true", "warm", "whole", "white", "wide", "wrong", "young"});
constexpr auto adjective_endings = std::to_array<std::string_view>({
    "able", "ful", "ible", "ical", "ish", "ive", "less", "ous"});
constexpr auto verbs_with_prepositions = std::to_array<std::string_view>({
    "agree", "agreed", "ask", "asked", "asking", "believe", "believed", "belong", "belongs", "care", "come", "coming",
    "consist", "consists", "deal", "dealing", "depend", "depends", "dream", "get", "getting", "give", "go", "going",
    "hear", "heard", "insist", "laugh", "laughed", "listen", "listened", "listening", "live", "lived", "look", "looked",
    "looking", "looks", "made", "paid", "pay", "pick", "picked", "put", "relies", "rely", "speak", "speaking", "stand",
    "suffer", "take", "talk", "talked", "talking", "think", "thinking", "thought", "turn", "turned", "wait", "waited",
    "waiting", "went", "work", "worked", "working"});
// clang-format on

static_assert(std::ranges::is_sorted(abbreviations) && std::ranges::is_sorted(conjunctions));
static_assert(std::ranges::is_sorted(prepositions) && std::ranges::is_sorted(determiners));
static_assert(std::ranges::is_sorted(subjects_and_auxiliaries) && std::ranges::is_sorted(verbs_with_prepositions));

bool is_upper(char byte) {
    return byte >= 'A' && byte <= 'Z';
}

bool is_digit(char byte) {
    return byte >= '0' && byte <= '9';
}

bool is_letter_or_digit(char byte) {
    return is_upper(byte) || is_digit(byte) || (byte >= 'a' && byte <= 'z') || static_cast<unsigned char>(byte) >= 0x80;
}

// In ASCII lower case, with straight apostrophes, as the lists are.
std::string lower(std::string_view word) {
    constexpr std::string_view curly = "’";
    std::string text;
    while (!word.empty()) {
        const bool apostrophe = word.starts_with(curly);
        const char byte = apostrophe ? '\'' : word.front();
        text += is_upper(byte) ? static_cast<char>(byte - 'A' + 'a') : byte;
        word.remove_prefix(apostrophe ? curly.size() : 1);
    }
    return text;
}

// The word without the punctuation around it.
std::string_view bare(std::string_view word) {
    const auto* first = std::ranges::find_if(word, is_letter_or_digit);
    const auto* last = word.end();
    while (last != first && !is_letter_or_digit(*(last - 1)))
        --last;
    return {first, last};
}

template <class List>
bool listed(const List& list, std::string_view word) {
    return std::ranges::binary_search(list, word);
}

bool is_adjective(std::string_view word) {
    const auto has_ending = [&](std::string_view ending) {
        return word.size() > ending.size() + 2 && word.ends_with(ending);
    };
    return std::ranges::find(adjectives, word) != adjectives.end() ||
           std::ranges::any_of(adjective_endings, has_ending);
}

// The last character that is not a closing quote or bracket; 0 when there is none.
std::uint32_t last_mark(std::string_view word) {
    constexpr std::u32string_view quotes = U"\"')]}»’”〉》」』】）";
    std::uint32_t mark = 0;
    while (!word.empty()) {
        const Character character = next_character(word);
        if (!quotes.contains(static_cast<char32_t>(character.base))) mark = character.base;
        word.remove_prefix(character.bytes.size());
    }
    return mark;
}

bool ends_clause(std::string_view word) {
    constexpr std::u32string_view marks = U",;:—–、，；：،؛";
    return marks.contains(static_cast<char32_t>(last_mark(word)));
}

bool is_initial(std::string_view word) {
    return word.size() == 2 && is_upper(word[0]) && word[1] == '.';
}

bool is_name_part(std::string_view word) {
    return is_upper(word.front()) && word != "I" && !word.starts_with("I'") && !word.starts_with("I’");
}

bool tears_phrase(std::string_view before, std::string_view after) {
    const std::string left = lower(bare(before));
    const bool leads_on = listed(determiners, left) || listed(prepositions, left) || listed(conjunctions, left);
    const bool names = is_name_part(bare(before)) && is_name_part(bare(after));
    const bool title = before.ends_with('.') && !ends_sentence(before);
    const bool number = is_digit(bare(before).back());
    const bool verb = listed(verbs_with_prepositions, left) && listed(prepositions, lower(bare(after)));
    return leads_on || names || title || number || verb;
}

bool leaves_head_behind(std::string_view before) {
    const std::string left = lower(bare(before));
    return listed(subjects_and_auxiliaries, left) || is_adjective(left);
}

int english_cost(std::string_view before, std::string_view after) {
    if (tears_phrase(before, after)) return break_cost::torn_phrase;
    const std::string right = lower(bare(after));
    if (listed(conjunctions, right)) return break_cost::before_conjunction;
    if (listed(prepositions, right)) return break_cost::before_preposition;
    return leaves_head_behind(before) ? break_cost::torn_phrase : break_cost::plain;
}

}  // namespace

bool ends_sentence(std::string_view word) {
    constexpr std::u32string_view marks = U".!?…。！？؟۔।";
    if (!marks.contains(static_cast<char32_t>(last_mark(word)))) return false;
    return !is_initial(word) && !listed(abbreviations, lower(word));
}

int cost_of_break(std::string_view before, std::string_view after, bool english) {
    if (ends_sentence(before)) return break_cost::sentence_end;
    if (ends_clause(before)) return break_cost::clause_end;
    if (!english || bare(before).empty() || bare(after).empty()) return break_cost::plain;
    return english_cost(before, after);
}

}  // namespace formats
