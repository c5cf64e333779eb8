// Extractive summaries: the sentences that say most of what the others say. Pure; any thread.
//
// LexRank (Erkan, Radev: "LexRank: graph-based lexical centrality as salience in text summarization", 2004): sentences
// are nodes, the cosines of their TF-IDF vectors edges, PageRank their weight. Sentences that repeat a chosen one are
// passed over by maximal marginal relevance (Carbonell, Goldstein, 1998).
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "services/analysis/sentences.hpp"

namespace analysis {

struct SummaryOptions {
    std::size_t sentences = 5;
    /// A longer text is cut into this many windows, of which the sentence with most of the talk's own terms goes on.
    std::size_t most_nodes = 2000;
};

/// Which sentences, in order of time: as many as asked for, but at most half of them (one at least). Sentences of a few
/// words, doubtful and endless ones are taken only where there are no others. The same sentences give the same summary.
std::vector<std::size_t> summarise(std::span<const Sentence> sentences, const SummaryOptions& options);

}  // namespace analysis
