// The models that this instance serves: their engines are loaded at the start, because an instance must say by the
// engine's fingerprint which segments it can recognise. Immutable; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "services/transcription/transcription.hpp"

namespace transcription {

struct LoadedEngine {
    Engine engine;
    std::string fingerprint;           // speech::engine_fingerprint: what decides the bytes of a transcript
    std::string fingerprint_speakers;  // the same where speakers are told apart; empty when they cannot be
};

class Models {
  public:
    /// `names`: those to serve, the default one first. A model that cannot be loaded is kept with its error.
    Models(const Engines& engines, const std::vector<std::string>& names);

    struct Served {
        std::string name;
        base::Result<LoadedEngine> engine;
    };
    [[nodiscard]] const std::vector<Served>& served() const { return served_; }

    /// The engine of a run; an empty name is the default model's. Errors: model_not_found (not one of those served:
    /// final), unavailable (it is served, but could not be loaded here: another instance may have it).
    [[nodiscard]] base::Result<LoadedEngine> find(std::string_view name) const;
    /// Errors: why the first one that is not there could not be loaded.
    [[nodiscard]] base::Result<void> ready() const;

  private:
    [[nodiscard]] std::string names() const;
    std::vector<Served> served_;
};

}  // namespace transcription
