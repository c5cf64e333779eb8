#include "services/analysis/terms.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "services/analysis/stop_words.hpp"
#include "services/analysis/words.hpp"

namespace analysis {
namespace {

TermVector counted(std::vector<std::uint32_t> ids) {
    std::ranges::sort(ids);
    TermVector terms;
    for (const std::uint32_t id : ids) {
        if (terms.empty() || terms.back().id != id) terms.push_back({id, 0});
        terms.back().weight += 1;
    }
    return terms;
}

double squared_length(const TermVector& terms) {
    double sum = 0;
    for (const Term& term : terms)
        sum += term.weight * term.weight;
    return sum;
}

}  // namespace

TermTable terms_of(std::span<const Sentence> sentences) {
    TermTable table;
    std::unordered_map<std::string, std::uint32_t> ids;
    for (const Sentence& sentence : sentences) {
        std::vector<std::uint32_t> said;
        const std::vector<Word> words = words_of(sentence.text);
        for (const Word& word : words) {
            if (is_stop_word(word.folded)) continue;
            said.push_back(ids.try_emplace(stem_of(word.folded), static_cast<std::uint32_t>(ids.size())).first->second);
        }
        table.word_counts.push_back(words.size());
        table.sentences.push_back(counted(std::move(said)));
        table.sentences_with.resize(ids.size());
        for (const Term& term : table.sentences.back())
            ++table.sentences_with[term.id];
    }
    return table;
}

double cosine(const TermVector& left, const TermVector& right) {
    double product = 0;
    for (auto one = left.begin(), other = right.begin(); one != left.end() && other != right.end();) {
        if (one->id == other->id) product += one->weight * other->weight;
        const bool advance_one = one->id <= other->id;
        if (other->id <= one->id) ++other;
        if (advance_one) ++one;
    }
    return product > 0 ? product / std::sqrt(squared_length(left) * squared_length(right)) : 0;
}

void add_terms(TermVector& sum, const TermVector& more) {
    TermVector joined;
    auto one = sum.begin();
    for (const Term& term : more) {
        while (one != sum.end() && one->id < term.id)
            joined.push_back(*one++);
        const bool same = one != sum.end() && one->id == term.id;
        joined.push_back({term.id, term.weight + (same ? one++->weight : 0)});
    }
    joined.insert(joined.end(), one, sum.end());
    sum = std::move(joined);
}

}  // namespace analysis
