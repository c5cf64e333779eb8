#include "speech/sherpa_recogniser.hpp"

#include <exception>
#include <utility>

#include <sherpa-onnx/c-api/c-api.h>

#include "base/utf8.hpp"
#include "model/audio.hpp"
#include "speech/dense.hpp"
#include "speech/families.hpp"

namespace speech {
namespace {

template <auto Destroy>
struct Destroyer {
    template <class T>
    void operator()(const T* object) const {
        Destroy(object);
    }
};
using Engine = std::unique_ptr<const SherpaOnnxOfflineRecognizer, Destroyer<SherpaOnnxDestroyOfflineRecognizer>>;
using Stream = std::unique_ptr<const SherpaOnnxOfflineStream, Destroyer<SherpaOnnxDestroyOfflineStream>>;
using EngineResult =
    std::unique_ptr<const SherpaOnnxOfflineRecognizerResult, Destroyer<SherpaOnnxDestroyOfflineRecognizerResult>>;

// The library's C functions let C++ exceptions through.
template <class Function>
auto guarded(const std::string& what, Function function) -> base::Result<decltype(function())> {
    try {
        return function();
    } catch (const std::exception& error) {
        return base::fail(base::ErrorCode::model_broken, what + ": " + base::printable(error.what(), 200));
    } catch (...) {
        return base::fail(base::ErrorCode::model_broken, what + ": the engine gave no reason");
    }
}

// A model of one language needs no word for it: its files decide.
std::string make_fingerprint(const ModelDescription& description, const std::string& language, Provider provider) {
    const std::string told = description.languages.size() == 1 || language.empty() ? "" : "/" + language;
    return description.name + "/" + files_fingerprint(description) + told + " sherpa-onnx-" + sherpa_version() + " " +
           (provider == Provider::cuda ? "cuda" : processor_profile());
}

// What the configuration points at while the engine is made.
struct Configuration {
    std::map<std::string, std::string> paths;
    std::string language;
    SherpaOnnxOfflineRecognizerConfig config{};
};

void configure(Configuration& target, const ModelDescription& description, const ModelFamily& family,
               const std::filesystem::path& folder, const std::string& language, Provider provider) {
    auto& model = target.config.model_config;
    for (const ModelRole& role : family.roles) {
        const auto file = description.files.find(std::string(role.name));
        if (file == description.files.end()) continue;
        const auto [path, added] = target.paths.emplace(role.name, (folder / file->second.path).string());
        role.field(model) = path->second.c_str();
    }
    target.language = language;
    if (language.empty() && description.languages.size() == 1) target.language = description.languages.front();
    if (family.language != nullptr) family.language(model) = target.language.c_str();
    model.num_threads = 1;
    model.provider = provider == Provider::cuda ? "cuda" : "cpu";
    target.config.decoding_method = "greedy_search";
    target.config.feat_config.sample_rate = static_cast<int>(model::sample_rate_hz);
    target.config.feat_config.feature_dim = 80;
}

class SherpaRecogniser : public Recogniser {
  public:
    SherpaRecogniser(Engine engine, const ModelDescription& description, const std::string& language, Provider provider)
        : engine_(std::move(engine)),
          fingerprint_(make_fingerprint(description, language, provider)),
          languages_(description.languages) {}

    base::Result<Recognition> recognise(std::span<const float> samples) const override {
        auto result = guarded("the model failed on a segment", [&] { return run(samples); });
        if (!result) return std::unexpected(result.error());
        if (*result)
            return Recognition{clean_text((*result)->text == nullptr ? "" : (*result)->text), (*result)->count};
        return base::fail(base::ErrorCode::model_broken, "the model gave no result for a segment; install it again");
    }
    const std::string& fingerprint() const override { return fingerprint_; }
    const std::vector<std::string>& languages() const override { return languages_; }

  private:
    EngineResult run(std::span<const float> samples) const {
        const Stream stream(SherpaOnnxCreateOfflineStream(engine_.get()));
        if (!stream) return nullptr;
        SherpaOnnxAcceptWaveformOffline(stream.get(), static_cast<int>(model::sample_rate_hz), samples.data(),
                                        static_cast<int>(samples.size()));
        SherpaOnnxDecodeOfflineStream(engine_.get(), stream.get());
        return EngineResult(SherpaOnnxGetOfflineStreamResult(stream.get()));
    }

    Engine engine_;
    std::string fingerprint_;
    std::vector<std::string> languages_;
};

}  // namespace

base::Result<std::unique_ptr<Recogniser>> make_sherpa_recogniser(const ModelDescription& description,
                                                                 const std::filesystem::path& folder,
                                                                 const std::string& language, Provider provider) {
    const ModelFamily* family = find_model_family(description.family);
    if (family == nullptr) {
        return base::fail(base::ErrorCode::model_broken,
                          "the model family " + description.family + " is not a speech recogniser; see models list");
    }
    Configuration configuration;
    configure(configuration, description, *family, folder, language, provider);
    auto engine = guarded("the model " + description.name + " cannot be loaded",
                          [&] { return Engine(SherpaOnnxCreateOfflineRecognizer(&configuration.config)); });
    if (!engine) return std::unexpected(engine.error());
    if (*engine)
        return std::make_unique<SherpaRecogniser>(std::move(*engine), description, configuration.language, provider);
    return base::fail(base::ErrorCode::model_broken, "the model " + description.name + " cannot be loaded as " +
                                                         description.family +
                                                         "; check its family and install it again");
}

std::string sherpa_version() {
    return SherpaOnnxGetVersionStr();
}

}  // namespace speech
