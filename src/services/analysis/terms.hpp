// Sentences as vectors of weighted terms, for what compares them. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "services/analysis/sentences.hpp"

namespace analysis {

struct Term {
    std::uint32_t id = 0;
    double weight = 0;
    bool operator==(const Term&) const = default;
};
using TermVector = std::vector<Term>;  // by id, each once

struct TermTable {
    std::vector<TermVector> sentences;          // how often each term is said there; stop words left out
    std::vector<std::size_t> word_counts;       // a sentence's words, stop words too
    std::vector<std::uint32_t> sentences_with;  // by term: how many sentences have it
};

/// Terms are stems, numbered in the order of their first mention.
TermTable terms_of(std::span<const Sentence> sentences);

/// 0 for an empty vector.
double cosine(const TermVector& left, const TermVector& right);

/// Adds the one to the other.
void add_terms(TermVector& sum, const TermVector& more);

}  // namespace analysis
