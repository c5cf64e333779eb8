#include "speech/moonshine_recogniser.hpp"

#include <algorithm>
#include <utility>

#include "runtime/files.hpp"
#include "speech/moonshine_decoder.hpp"
#include "speech/moonshine_encoder.hpp"
#include "speech/token_words.hpp"
#include "speech/vocabulary.hpp"

namespace speech {
namespace {

constexpr std::size_t file_limit_bytes = std::size_t{512} << 20U;
// Weights are read once for a whole step of the decoder: from here on that no longer costs what the arithmetic does.
constexpr std::size_t batch_size = 8;

base::Result<std::string> read_role(const ModelDescription& description, const std::filesystem::path& folder,
                                    const char* role) {
    const auto file = description.files.find(role);
    if (file == description.files.end())
        return base::fail(base::ErrorCode::model_broken, description.name + " has no file " + role);
    return runtime::read_file(folder / file->second.path, file_limit_bytes);
}

class MoonshineRecogniser : public Recogniser {
  public:
    MoonshineRecogniser(const ModelDescription& description, MoonshineWeights weights, Vocabulary vocabulary)
        : weights_(std::move(weights)),
          vocabulary_(std::move(vocabulary)),
          kernels_(matrix_kernels().front()),
          fingerprint_(description.name + "/" + files_fingerprint(description) + " video-transcriber-1 " +
                       std::string(kernels_.name)),
          languages_(description.languages) {}

    base::Result<Recognition> recognise(std::span<const float> samples) const override {
        const std::span<const float> one[] = {samples};
        return std::move(recognise_all(one).front());
    }

    std::vector<base::Result<Recognition>> recognise_all(
        std::span<const std::span<const float>> segments) const override {
        std::vector<base::Result<Recognition>> results(segments.size());
        const std::vector<std::size_t> order = longest_first(segments);
        for (std::size_t begin = 0; begin < order.size(); begin += batch_size) {
            const auto batch = std::span(order).subspan(begin, std::min(batch_size, order.size() - begin));
            recognise_batch(segments, batch, results);
        }
        return results;
    }

    const std::string& fingerprint() const override { return fingerprint_; }
    const std::vector<std::string>& languages() const override { return languages_; }

  private:
    // Segments of one length end at about the same step.
    static std::vector<std::size_t> longest_first(std::span<const std::span<const float>> segments) {
        std::vector<std::size_t> order(segments.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return segments[i].size(); });
        return order;
    }

    void recognise_batch(std::span<const std::span<const float>> segments, std::span<const std::size_t> batch,
                         std::vector<base::Result<Recognition>>& results) const {
        std::vector<DecoderInput> inputs;
        for (const std::size_t index : batch)
            inputs.push_back({encode(weights_, kernels_, segments[index]), token_limit(segments[index].size())});
        const auto decoded = decode(weights_, kernels_, inputs);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            results[batch[i]] = Recognition{
                clean_text(vocabulary_.text_of(decoded[i].tokens)), static_cast<int>(decoded[i].tokens.size()),
                token_words(decoded[i], vocabulary_, segments[batch[i]].size()), mean_log_probability(decoded[i])};
        }
    }

    MoonshineWeights weights_;
    Vocabulary vocabulary_;
    const MatrixKernels& kernels_;
    std::string fingerprint_;
    std::vector<std::string> languages_;
};

}  // namespace

base::Result<std::unique_ptr<Recogniser>> make_moonshine_recogniser(const ModelDescription& description,
                                                                    const std::filesystem::path& folder) {
    const auto encoder = read_role(description, folder, "encoder");
    if (!encoder) return std::unexpected(encoder.error());
    const auto decoder = read_role(description, folder, "merged_decoder");
    if (!decoder) return std::unexpected(decoder.error());
    const auto tokens = read_role(description, folder, "tokens");
    if (!tokens) return std::unexpected(tokens.error());
    auto weights = MoonshineWeights::parse(*encoder, *decoder);
    if (!weights) return std::unexpected(weights.error());
    auto vocabulary = Vocabulary::parse(*tokens);
    if (!vocabulary) return std::unexpected(vocabulary.error());
    return std::make_unique<MoonshineRecogniser>(description, *std::move(weights), *std::move(vocabulary));
}

}  // namespace speech
