// Who is who: groups voice vectors (speaker embeddings of windows of speech). A first guess by agglomerative clustering
// with average linkage on the cosine, with speakers too many rather than too few; then those stay who are needed to
// explain what was heard (speaker_inference.hpp). The mean cosine between two clusters is the product of their means,
// so that a cluster needs no more than the sum of its vectors. The same vectors in the same order give the same
// speakers, wherever they were computed. Pure; belongs to one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "speech/speaker_inference.hpp"
#include "speech/speaker_space.hpp"

namespace speech {

struct ClusteringOptions {
    double least_similarity = 0;          // mean cosine from which the first guess takes two clusters for one speaker
    std::optional<std::size_t> speakers;  // how many there are, when it is known
    InferenceOptions inference;
    std::size_t least_windows = 1;  // heard in fewer, a voice counts as the closest other one, unless `speakers`
    std::size_t most_held = 512;    // vectors; at least 2, and twice `speakers`
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
    /// `space` is the encoder's and outlives this.
    SpeakerClustering(const SpeakerSpace& space, const ClusteringOptions& options);

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
        VoiceGroup group;  // the same windows in the space
    };
    using Numbers = std::vector<std::size_t>;

    [[nodiscard]] Numbers closest_joined(std::size_t most, double least_similarity) const;
    [[nodiscard]] Numbers inferred() const;
    void join(const Numbers& number_of);
    void join_rare();

    const SpeakerSpace* space_;
    ClusteringOptions options_;
    std::vector<Cluster> clusters_;
    std::vector<std::uint32_t> cluster_of_;  // by window
};

}  // namespace speech
