#include "services/analysis/summary.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "services/analysis/terms.hpp"

namespace analysis {
namespace {

constexpr std::size_t fewest_words = 6;  // of a sentence that can stand for others
constexpr std::size_t most_words = 45;
constexpr std::size_t fewest_terms = 3;
constexpr double least_similarity = 0.1;     // of an edge; the paper's threshold
constexpr std::size_t most_neighbours = 64;  // of a node, the most similar ones
constexpr double damping = 0.85;
constexpr int iterations = 60;      // 0.85 to the 60th is under 0.0001
constexpr double repetition = 0.5;  // how much likeness to what is chosen takes away

struct Edge {
    std::uint32_t to = 0;
    double weight = 0;
};
using Graph = std::vector<std::vector<Edge>>;
using Indexes = std::vector<std::size_t>;

TermVector weighted(const TermTable& table, std::size_t sentence) {
    TermVector terms = table.sentences[sentence];
    const auto count = static_cast<double>(table.sentences.size());
    for (Term& term : terms)
        term.weight *= std::log(1 + count / table.sentences_with[term.id]);
    return terms;
}

bool stands_alone(const Sentence& sentence, const TermTable& table, std::size_t index) {
    return !sentence.doubtful && table.word_counts[index] >= fewest_words && table.word_counts[index] <= most_words &&
           table.sentences[index].size() >= fewest_terms;
}

Indexes eligible(std::span<const Sentence> sentences, const TermTable& table) {
    Indexes list;
    for (std::size_t i = 0; i < sentences.size(); ++i) {
        if (stands_alone(sentences[i], table, i)) list.push_back(i);
    }
    if (!list.empty()) return list;
    for (std::size_t i = 0; i < sentences.size(); ++i)
        list.push_back(i);
    return list;
}

// How much of a sentence is what the talk keeps coming back to.
double topicality(const TermTable& table, std::size_t sentence) {
    double sum = 0;
    for (const Term& term : table.sentences[sentence])
        sum += std::log(1.0 + table.sentences_with[term.id]);
    return sum;
}

Indexes sampled(const Indexes& all, const TermTable& table, std::size_t most) {
    if (all.size() <= most) return all;
    Indexes best;
    for (std::size_t window = 0; window < most; ++window) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(window * all.size() / most);
        const auto end = all.begin() + static_cast<std::ptrdiff_t>((window + 1) * all.size() / most);
        best.push_back(*std::max_element(begin, end, [&](std::size_t left, std::size_t right) {
            return topicality(table, left) < topicality(table, right);
        }));
    }
    return best;
}

void scale_to_one(std::vector<Edge>& edges) {
    double sum = 0;
    for (const Edge& edge : edges)
        sum += edge.weight;
    for (Edge& edge : edges)
        edge.weight /= sum;
}

// Finds the similar nodes through an index from terms to nodes: those without a common term are never compared.
class Neighbourhood {
  public:
    Neighbourhood(const std::vector<TermVector>& nodes, std::size_t terms)
        : nodes_(nodes), index_(terms), products_(nodes.size()) {
        for (std::uint32_t node = 0; node < nodes.size(); ++node) {
            double squares = 0;
            for (const Term& term : nodes[node]) {
                index_[term.id].push_back({node, term.weight});
                squares += term.weight * term.weight;
            }
            lengths_.push_back(std::sqrt(squares));
        }
    }

    std::vector<Edge> of(std::uint32_t node) {
        std::ranges::fill(products_, 0);
        for (const Term& term : nodes_[node]) {
            for (const Edge& entry : index_[term.id])
                products_[entry.to] += term.weight * entry.weight;
        }
        std::vector<Edge> edges;
        for (std::uint32_t other = 0; other < nodes_.size(); ++other) {
            const double lengths = lengths_[node] * lengths_[other];
            if (other != node && products_[other] > 0 && products_[other] >= least_similarity * lengths)
                edges.push_back({other, products_[other] / lengths});
        }
        std::ranges::stable_sort(edges, std::greater{}, &Edge::weight);
        edges.resize(std::min(edges.size(), most_neighbours));
        scale_to_one(edges);
        return edges;
    }

  private:
    const std::vector<TermVector>& nodes_;
    std::vector<std::vector<Edge>> index_;
    std::vector<double> products_;
    std::vector<double> lengths_;
};

Graph graph_of(const std::vector<TermVector>& nodes, std::size_t terms) {
    Neighbourhood neighbourhood(nodes, terms);
    Graph graph;
    for (std::uint32_t node = 0; node < nodes.size(); ++node)
        graph.push_back(neighbourhood.of(node));
    return graph;
}

std::vector<double> page_rank(const Graph& graph) {
    const auto count = static_cast<double>(graph.size());
    std::vector<double> ranks(graph.size(), 1 / count);
    for (int round = 0; round < iterations; ++round) {
        std::vector<double> next(graph.size(), (1 - damping) / count);
        for (std::size_t node = 0; node < graph.size(); ++node) {
            for (const Edge& edge : graph[node])
                next[edge.to] += damping * ranks[node] * edge.weight;
        }
        ranks = std::move(next);
    }
    return ranks;
}

// The best, then again and again the best of what says something else.
Indexes choose(const std::vector<TermVector>& nodes, std::vector<double> ranks, std::size_t count) {
    const double top = *std::ranges::max_element(ranks);
    Indexes chosen;
    std::vector<double> likeness(nodes.size(), 0);
    std::vector<bool> taken(nodes.size(), false);
    while (chosen.size() < std::min(count, nodes.size())) {
        std::size_t best = nodes.size();
        double best_score = 0;
        for (std::size_t node = 0; node < nodes.size(); ++node) {
            const double score = ranks[node] / top - 2 * repetition * likeness[node];
            if (!taken[node] && (best == nodes.size() || score > best_score)) {
                best = node;
                best_score = score;
            }
        }
        taken[best] = true;
        chosen.push_back(best);
        for (std::size_t node = 0; node < nodes.size(); ++node)
            likeness[node] = std::max(likeness[node], cosine(nodes[node], nodes[best]));
    }
    return chosen;
}

}  // namespace

std::vector<std::size_t> summarise(std::span<const Sentence> sentences, const SummaryOptions& options) {
    if (sentences.empty() || options.sentences == 0) return {};
    const TermTable table = terms_of(sentences);
    const Indexes candidates = sampled(eligible(sentences, table), table, options.most_nodes);
    std::vector<TermVector> nodes;
    for (const std::size_t sentence : candidates)
        nodes.push_back(weighted(table, sentence));
    const std::size_t count = std::min(options.sentences, (sentences.size() + 1) / 2);
    Indexes summary;
    for (const std::size_t node : choose(nodes, page_rank(graph_of(nodes, table.sentences_with.size())), count))
        summary.push_back(candidates[node]);
    std::ranges::sort(summary);
    return summary;
}

}  // namespace analysis
