#include "services/analysis/stop_words.hpp"

#include <algorithm>
#include <array>

namespace analysis {
namespace {

// Written for this project; in the order of their bytes.
constexpr std::array<std::string_view, 796> stop_words{
    // clang-format off
    "a", "able", "about", "above", "across", "actually", "add", "added", "after", "afternoon", "afterward",
    "afterwards", "again", "against", "ago", "ah", "ahead", "ain", "ain't", "all", "allow", "allowed", "allows",
    "almost", "alone", "along", "already", "alright", "also", "although", "always", "am", "amid", "among", "amount",
    "an", "and", "another", "answer", "any", "anybody", "anymore", "anyone", "anything", "anyway", "anywhere",
    "apart", "appear", "appeared", "appears", "are", "aren", "around", "as", "aside", "ask", "asked", "asking",
    "asks", "at", "ate", "available", "away", "back", "bad", "basically", "be", "bear", "became", "because", "become",
    "becomes", "becoming", "been", "before", "beforehand", "began", "begin", "beginning", "begins", "begun", "behind",
    "being", "believe", "believed", "believes", "below", "beneath", "beside", "besides", "best", "better", "between",
    "beyond", "big", "billion", "billions", "bit", "bore", "born", "both", "bought", "bring", "bringing", "brings",
    "brought", "bunch", "but", "buy", "by", "bye", "call", "called", "calling", "calls", "came", "can", "can't",
    "cannot", "carried", "carry", "case", "cases", "certain", "clear", "come", "comes", "coming", "continue",
    "continued", "continues", "could", "couldn", "couple", "course", "day", "days", "deal", "dear", "despite", "did",
    "didn", "different", "difficult", "do", "does", "doesn", "doing", "don", "done", "down", "dozen", "dr", "drop",
    "dropped", "during", "e.g", "each", "early", "easy", "eat", "eight", "eighteen", "eighth", "eighty", "either",
    "eleven", "else", "end", "ends", "enjoy", "enough", "er", "erm", "etc", "even", "evening", "ever", "every",
    "everybody", "everyday", "everyone", "everything", "everywhere", "example", "examples", "except", "expect",
    "expected", "eye", "eyes", "fact", "fall", "fallen", "false", "far", "feel", "feeling", "feels", "fell", "felt",
    "few", "fifteen", "fifth", "fifty", "find", "finding", "finds", "fine", "first", "five", "folks", "follow",
    "followed", "following", "follows", "for", "forth", "forty", "forward", "found", "four", "fourteen", "fourth",
    "from", "full", "furthermore", "gave", "general", "get", "gets", "getting", "give", "given", "gives", "giving",
    "glad", "go", "goes", "going", "gone", "gonna", "good", "goodbye", "gosh", "got", "gotta", "gotten", "great",
    "grew", "grow", "grown", "guess", "guy", "guys", "had", "hadn", "half", "hand", "hands", "happen", "happened",
    "happening", "happens", "happy", "hard", "has", "hasn", "have", "haven", "having", "he", "head", "hear", "heard",
    "hearing", "hears", "held", "hello", "help", "helped", "helping", "helps", "hence", "her", "here", "hers",
    "herself", "hey", "hi", "high", "him", "himself", "his", "hmm", "hold", "holding", "holds", "hope", "hoped",
    "hopes", "hour", "hours", "how", "however", "huh", "hundred", "hundreds", "i", "i'm", "i.e", "idea", "ideas",
    "if", "important", "in", "include", "included", "includes", "including", "indeed", "inside", "instead",
    "interesting", "into", "is", "isn", "isn't", "it", "its", "itself", "just", "keep", "keeping", "keeps", "kept",
    "kind", "kinda", "kinds", "knew", "know", "knowing", "known", "knows", "large", "last", "late", "later", "lay",
    "least", "leave", "leaves", "leaving", "left", "less", "let", "let's", "lets", "letting", "level", "lie", "like",
    "liked", "likely", "likes", "literally", "little", "live", "lived", "lives", "living", "long", "look", "looked",
    "looking", "looks", "lose", "lost", "lot", "lots", "low", "lying", "ma'am", "madam", "made", "main", "make",
    "makes", "making", "man", "many", "matter", "may", "maybe", "me", "mean", "meaning", "means", "meant",
    "meanwhile", "meet", "men", "met", "mhm", "might", "million", "millions", "mine", "minute", "minutes", "mm",
    "moment", "month", "months", "more", "moreover", "morning", "most", "move", "moved", "moves", "moving", "mr",
    "mrs", "ms", "much", "must", "mustn", "my", "myself", "name", "names", "near", "need", "needed", "needing",
    "needn", "needs", "neither", "never", "nevertheless", "new", "next", "nice", "nine", "nineteen", "ninety",
    "ninth", "no", "nobody", "none", "nonetheless", "nope", "nor", "not", "nothing", "now", "nowhere", "o'clock",
    "of", "off", "often", "oh", "ok", "okay", "old", "on", "once", "one", "ones", "only", "onto", "or", "other",
    "others", "otherwise", "ought", "our", "ours", "ourselves", "out", "outside", "over", "own", "paid", "pair",
    "part", "particular", "parts", "pass", "passed", "past", "pay", "people", "per", "perhaps", "person", "piece",
    "pieces", "place", "places", "please", "point", "points", "possible", "problem", "problems", "pull", "pulled",
    "push", "pushed", "put", "puts", "putting", "question", "questions", "quite", "ran", "rather", "reach", "reached",
    "read", "reads", "ready", "real", "really", "reason", "reasons", "remember", "remembered", "remembers", "rest",
    "right", "rise", "rose", "run", "running", "runs", "said", "same", "sat", "saw", "say", "saying", "says",
    "second", "see", "seeing", "seem", "seemed", "seeming", "seems", "seen", "sees", "send", "sent", "set", "sets",
    "setting", "seven", "seventeen", "seventh", "seventy", "several", "shall", "shan", "she", "short", "should",
    "shouldn", "show", "showed", "showing", "shown", "shows", "side", "similar", "simple", "since", "sir", "sit",
    "sits", "sitting", "six", "sixteen", "sixth", "sixty", "small", "so", "some", "somebody", "somehow", "someone",
    "something", "sometimes", "somewhere", "soon", "sorry", "sort", "sorta", "sorts", "speak", "speaks", "spend",
    "spent", "spoke", "spoken", "stand", "standing", "stands", "start", "started", "starting", "starts", "stay",
    "stayed", "still", "stood", "stop", "stopped", "stops", "stuff", "such", "suppose", "supposed", "sure", "take",
    "taken", "takes", "taking", "talk", "talked", "talking", "talks", "tell", "telling", "tells", "ten", "tenth",
    "than", "thank", "thanks", "that", "the", "their", "theirs", "them", "themselves", "then", "there", "therefore",
    "these", "they", "thing", "things", "think", "thinking", "thinks", "third", "thirteen", "thirty", "this", "those",
    "though", "thought", "thousand", "thousands", "three", "through", "throughout", "thus", "till", "time", "times",
    "to", "today", "together", "told", "tomorrow", "tonight", "too", "took", "toward", "towards", "tried", "tries",
    "true", "try", "trying", "turn", "turned", "turning", "turns", "twelve", "twenty", "twice", "two", "type", "uh",
    "um", "under", "underneath", "understand", "understands", "understood", "unless", "until", "up", "upon", "us",
    "use", "used", "uses", "using", "usually", "various", "versus", "very", "via", "wait", "waited", "walk", "walked",
    "wanna", "want", "wanted", "wanting", "wants", "was", "wasn", "wasn't", "way", "ways", "we", "week", "weeks",
    "welcome", "well", "went", "were", "weren", "what", "whatever", "when", "where", "whereas", "whether", "which",
    "whichever", "while", "who", "whoever", "whole", "whom", "whose", "why", "will", "wish", "wished", "with",
    "within", "without", "won", "won't", "wonder", "wondered", "word", "words", "work", "worked", "working", "works",
    "worse", "worst", "would", "wouldn", "wow", "write", "written", "wrong", "wrote", "y'all", "yeah", "year",
    "years", "yep", "yes", "yesterday", "yet", "you", "young", "your", "yours", "yourself", "yourselves", "zero"
    // clang-format on
};
static_assert(std::ranges::is_sorted(stop_words));

constexpr std::array<std::string_view, 17> nouns_in_ly{"ally",  "anomaly", "assembly", "belly",  "bully", "butterfly",
                                                       "dolly", "family",  "fly",      "homily", "italy", "jelly",
                                                       "july",  "lily",    "monopoly", "reply",  "supply"};

// Adjectives that are stop words but for the names they begin.
constexpr std::array<std::string_view, 20> parts_of_names{"big",    "eight", "fine",   "first", "five", "four", "good",
                                                          "great",  "high",  "little", "long",  "low",  "new",  "old",
                                                          "second", "seven", "third",  "three", "two",  "young"};
static_assert(std::ranges::is_sorted(parts_of_names));

bool is_listed(std::string_view word) {
    return std::ranges::binary_search(stop_words, word);
}

bool is_adverb(std::string_view word) {
    return word.size() > 4 && word.ends_with("ly") && !std::ranges::binary_search(nouns_in_ly, word);
}

}  // namespace

bool is_stop_word(std::string_view folded) {
    if (is_listed(folded) || is_adverb(folded)) return true;
    const std::size_t apostrophe = folded.rfind('\'');
    if (apostrophe == std::string_view::npos) return false;
    const std::string_view before = folded.substr(0, apostrophe);
    if (folded.ends_with("n't")) return true;
    return folded.ends_with("'ll") || folded.ends_with("'re") || folded.ends_with("'ve") || folded.ends_with("'d") ||
           folded.ends_with("'m") || (folded.ends_with("'s") && is_listed(before));
}

bool may_begin_name(std::string_view folded) {
    return std::ranges::binary_search(parts_of_names, folded);
}

bool is_english(std::string_view language) {
    const std::string_view primary = language.substr(0, language.find('-'));
    return primary.size() == 2 && (primary[0] | 0x20) == 'e' && (primary[1] | 0x20) == 'n';
}

}  // namespace analysis
