#include "speech/moonshine_recogniser.hpp"

#include <algorithm>
#include <utility>

#include "model/phrases.hpp"
#include "runtime/files.hpp"
#include "speech/moonshine_decoder.hpp"
#include "speech/moonshine_encoder.hpp"
#include "speech/phrase_trie.hpp"
#include "speech/token_encoder.hpp"
#include "speech/token_words.hpp"
#include "speech/vocabulary.hpp"

namespace speech {
namespace {

constexpr std::size_t file_limit_bytes = std::size_t{512} << 20U;

base::Result<std::string> read_role(const ModelDescription& description, const std::filesystem::path& folder,
                                    const char* role) {
    const auto file = description.files.find(role);
    if (file == description.files.end())
        return base::fail(base::ErrorCode::model_broken, description.name + " has no file " + role);
    return runtime::read_file(folder / file->second.path, file_limit_bytes);
}

// What one model's recognisers share, whatever they listen for.
struct Model {
    MoonshineWeights weights;
    Vocabulary vocabulary;
    const MatrixKernels& kernels;
    std::string fingerprint;
    std::vector<std::string> languages;
};

// A token goes on with a word when it begins with what stands within words.
bool continues_word(std::string_view text) {
    if (text.empty()) return false;
    const char first = text.front();
    return static_cast<unsigned char>(first) >= 0x80 || (first >= '0' && first <= '9') ||
           (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
}

PhraseTrie make_trie(const Model& model, const std::vector<std::string>& phrases) {
    std::vector<bool> continues(model.vocabulary.size());
    for (std::size_t token = 0; token < continues.size(); ++token)
        continues[token] = continues_word(model.vocabulary.text_of(static_cast<std::int32_t>(token)));
    return {phrase_tokens(TokenEncoder(model.vocabulary), phrases), std::move(continues)};
}

class MoonshineRecogniser : public Recogniser {
  public:
    explicit MoonshineRecogniser(std::shared_ptr<const Model> model) : model_(std::move(model)) {}
    MoonshineRecogniser(std::shared_ptr<const Model> model, const std::vector<std::string>& phrases)
        : model_(std::move(model)),
          vocabulary_(model::phrases_fingerprint(phrases)),
          phrases_(make_trie(*model_, phrases)) {}

    base::Result<Recognition> recognise(std::span<const float> samples) const override {
        const std::span<const float> one[] = {samples};
        return std::move(recognise_all(one).front());
    }

    std::vector<base::Result<Recognition>> recognise_all(
        std::span<const std::span<const float>> segments) const override {
        std::vector<base::Result<Recognition>> results(segments.size());
        const std::vector<std::size_t> order = longest_first(segments);
        for (std::size_t begin = 0; begin < order.size(); begin += best_batch) {
            const auto batch = std::span(order).subspan(begin, std::min(best_batch, order.size() - begin));
            recognise_batch(segments, batch, results);
        }
        return results;
    }

    const std::string& fingerprint() const override { return model_->fingerprint; }
    std::string vocabulary() const override { return vocabulary_; }
    const std::vector<std::string>& languages() const override { return model_->languages; }
    base::Result<std::shared_ptr<const Recogniser>> with_phrases(
        const std::vector<std::string>& phrases) const override {
        if (phrases.empty()) return std::make_shared<MoonshineRecogniser>(model_);
        return std::make_shared<MoonshineRecogniser>(model_, phrases);
    }

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
        const PhraseTrie* phrases = phrases_ ? &*phrases_ : nullptr;
        for (const std::size_t index : batch) {
            inputs.push_back({encode(model_->weights, model_->kernels, segments[index]),
                              token_limit(segments[index].size()), phrases});
        }
        const auto decoded = decode(model_->weights, model_->kernels, inputs);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            results[batch[i]] = Recognition{clean_text(model_->vocabulary.text_of(decoded[i].tokens)),
                                            static_cast<int>(decoded[i].tokens.size()),
                                            token_words(decoded[i], model_->vocabulary, segments[batch[i]].size()),
                                            mean_log_probability(decoded[i])};
        }
    }

    std::shared_ptr<const Model> model_;
    std::string vocabulary_;
    std::optional<PhraseTrie> phrases_;  // what to listen for
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
    const MatrixKernels& kernels = matrix_kernels().front();
    std::string fingerprint =
        description.name + "/" + files_fingerprint(description) + " video-transcriber-3 " + std::string(kernels.name);
    return std::make_unique<MoonshineRecogniser>(std::make_shared<const Model>(
        *std::move(weights), *std::move(vocabulary), kernels, std::move(fingerprint), description.languages));
}

}  // namespace speech
