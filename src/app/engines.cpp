#include "app/engines.hpp"

#include <map>
#include <mutex>

#include "app/console.hpp"
#include "app/model_store.hpp"
#include "media/sandboxed_decoder.hpp"
#include "runtime/files.hpp"
#include "speech/engine.hpp"

namespace app {
namespace {

using base::Result;
using transcription::Engine;

template <class T>
std::shared_ptr<const T> shared(T value) {
    return std::make_shared<const T>(std::move(value));
}

Result<std::shared_ptr<const speech::VoiceActivityModel>> load_voice_activity(const ModelStore& store) {
    const auto weights = store.voice_activity_weights();
    if (!weights) return std::unexpected(weights.error());
    auto model = speech::VoiceActivityModel::load(*weights);
    if (!model) return std::unexpected(model.error());
    return shared(std::move(*model));
}

Result<std::shared_ptr<const speech::Recogniser>> load_recogniser(const ModelStore& store, const std::string& name,
                                                                  speech::Provider provider) {
    const auto model = store.find(name);
    if (!model) return std::unexpected(model.error());
    auto recogniser = speech::make_recogniser(model->description, model->path, {}, provider);
    if (!recogniser) return std::unexpected(recogniser.error());
    return std::shared_ptr<const speech::Recogniser>(std::move(*recogniser));
}

// Loads each model once, whoever asks first; the others wait for it.
class LoadedModels {
  public:
    LoadedModels(ModelStore store, speech::Provider provider) : store_(std::move(store)), provider_(provider) {}

    Result<Engine> load(const std::string& asked) {
        const std::string name = asked.empty() ? std::string(default_model) : asked;
        // A name from an API is never a path: `find` takes those with a slash as folders.
        if (name.contains('/'))
            return base::fail(base::ErrorCode::model_not_found, "there is no model \"" + name + "\"");
        const std::lock_guard lock(mutex_);
        if (const auto found = engines_.find(name); found != engines_.end()) return found->second;
        if (!voice_activity_) {
            auto loaded = load_voice_activity(store_);
            if (!loaded) return std::unexpected(loaded.error());
            voice_activity_ = *loaded;
        }
        auto recogniser = load_recogniser(store_, name, provider_);
        if (!recogniser) return std::unexpected(recogniser.error());
        load_speakers();
        return engines_.emplace(name, Engine{*recogniser, voice_activity_, speaker_model_}).first->second;
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const ModelFolder& model : store_.list().models)
            names.push_back(model.description.name);
        return names;
    }

  private:
    // Where they are not installed, or broken, only runs that ask for speakers fail.
    void load_speakers() {
        if (speaker_model_) return;
        const auto weights = store_.speaker_weights();
        auto loaded = weights ? speech::load_speaker_model(*weights) : std::unexpected(weights.error());
        if (loaded) speaker_model_ = *std::move(loaded);
    }

    const ModelStore store_;
    const speech::Provider provider_;
    std::mutex mutex_;
    std::shared_ptr<const speech::VoiceActivityModel> voice_activity_;
    std::shared_ptr<const speech::SpeakerModel> speaker_model_;
    std::map<std::string, Engine> engines_;
};

}  // namespace

Result<speech::ChosenProvider> provider_for(std::string_view wanted) {
    const auto parsed = speech::parse_provider(wanted);
    if (!parsed) return std::unexpected(parsed.error());
    return speech::choose_provider(*parsed, speech::cuda_of_this_machine(runtime::program_folder() / "lib"));
}

Result<transcription::Engines> engines_of_this_machine(const flow::Platform& platform) {
    const auto chosen = provider_for(platform.config.text("transcription.provider"));
    if (!chosen) return std::unexpected(chosen.error());
    if (!chosen->told.empty()) {
        print_warning(chosen->told);
        platform.log.write(runtime::LogLevel::warning, "transcription.no_cuda", nullptr,
                           {{"message", std::string_view(chosen->told)}});
    }
    const auto models = std::make_shared<LoadedModels>(ModelStore::of_this_machine(), chosen->provider);
    return transcription::Engines{.decoder = std::make_shared<media::SandboxedDecoder>(media::SandboxedDecoderOptions{
                                      .helper = runtime::program_folder() / "video-transcriber-decode"}),
                                  .load = [models](const std::string& name) { return models->load(name); },
                                  .model_names = [models] { return models->names(); }};
}

}  // namespace app
