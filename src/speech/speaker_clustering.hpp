// Who is who: groups voice vectors (speaker embeddings of windows of speech) by agglomerative clustering with average
// linkage on the cosine. The mean cosine between two clusters is the product of their means, so that a cluster needs no
// more than the sum of its vectors. The same vectors in the same order give the same speakers, wherever they were
// computed. Pure; belongs to one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace speech {

struct ClusteringOptions {
    double least_similarity = 0;          // mean cosine from which two clusters are one speaker
    std::optional<std::size_t> speakers;  // how many there are, when it is known: then the similarity decides nothing
    std::size_t least_windows = 1;        // heard in fewer, a voice counts as the closest other one, unless `speakers`
    std::size_t most_held = 512;          // vectors; at least 2, and twice `speakers`
};

/// Somebody who was told apart from the others.
struct ClusteredSpeaker {
    std::vector<float> voice;  // the mean of the vectors, its length made 1 (0 when it is 0)
    std::size_t windows = 0;   // vectors that it is the mean of
};

struct Clustered {
    std::vector<std::size_t> speaker_of;     // of each vector in the order of `add`, from 0 in order of appearance
    std::vector<ClusteredSpeaker> speakers;  // by that number
};

class SpeakerClustering {
  public:
    explicit SpeakerClustering(const ClusteringOptions& options);

    /// Adds a window's vector, of length 1; all are of one size. Past options.most_held of them the closest are joined
    /// until half as many are left, however far they are from each other: a bound on memory that costs nothing while
    /// there are fewer voices than that.
    void add(std::span<const float> voice);

    [[nodiscard]] Clustered finish() &&;

    /// How many vectors it holds now; each window costs 4 bytes besides.
    [[nodiscard]] std::size_t held() const { return clusters_.size(); }

  private:
    struct Cluster {
        std::vector<double> sum;
        double size = 0;
    };

    void join_until(std::size_t most, double least_similarity);
    void join_rare();
    void compact(const std::vector<std::uint32_t>& became);

    ClusteringOptions options_;
    std::vector<Cluster> clusters_;
    std::vector<std::uint32_t> cluster_of_;  // by window
};

}  // namespace speech
