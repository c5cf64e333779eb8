// The words that a run or a live stream listens for: asked of the session service once, when it begins, and kept with
// it.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/transcription/tools.hpp"

namespace transcription {

/// Those of the session that the engine can listen for. A tenant's are left out for an engine that takes none. Errors:
/// invalid_argument when the session's own cannot be listened for.
base::Result<std::vector<std::string>> ask_vocabulary(const Tools& tools, std::string_view tenant_id,
                                                      std::string_view session_id, const speech::Recogniser& engine);

/// The engine's recogniser for a live stream: with the words that its client says (`own`; an empty list is one too), or
/// else its tenant's, which are left out for an engine that takes none. Errors: invalid_argument when its own cannot be
/// listened for.
base::Result<std::shared_ptr<const speech::Recogniser>> stream_listener(
    const Tools& tools, std::string_view tenant_id, const std::optional<std::vector<std::string>>& own,
    const std::shared_ptr<const speech::Recogniser>& engine);

/// An engine's recognisers for the vocabularies of late, made at their first use. Any thread.
class Listeners {
  public:
    explicit Listeners(std::shared_ptr<const speech::Recogniser> engine) : engine_(std::move(engine)) {}
    /// The one for a run's phrases; the engine itself when it has none.
    base::Result<std::shared_ptr<const speech::Recogniser>> get(const Tools& tools, const store::Claim& claim,
                                                                std::string_view run_id) const;

  private:
    struct Listener {
        std::string vocabulary;
        std::shared_ptr<const speech::Recogniser> recogniser;
    };
    const std::shared_ptr<const speech::Recogniser> engine_;
    mutable std::mutex mutex_;
    mutable std::vector<Listener> recent_;  // the newest last
};

}  // namespace transcription
