// Where models lie on this machine. Two kinds of folders are searched, the first match wins: the user's own
// (VIDEO_TRANSCRIBER_MODELS_FOLDER, or video-transcriber/models in $XDG_DATA_HOME or ~/.local/share), then the
// installation's `models`.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "speech/model_folder.hpp"

namespace app {

inline constexpr std::string_view default_model = "moonshine-tiny-en";

struct ModelFolder {
    std::filesystem::path path;
    speech::ModelDescription description;
};

struct ModelListing {
    std::vector<ModelFolder> models;
    std::vector<base::Error> errors;  // folders whose model.json cannot be read
};

class ModelStore {
  public:
    ModelStore(std::filesystem::path user_folder, std::vector<std::filesystem::path> installed_folders);
    /// From the environment and the place of the running program.
    static ModelStore of_this_machine();

    /// By name, or a folder's path (anything with a slash). Errors: model_not_found (the message lists what is there),
    /// model_broken.
    [[nodiscard]] base::Result<ModelFolder> find(const std::string& name_or_path) const;
    /// Every speech model, in the order of their names; a user's one hides the installation's of the same name.
    [[nodiscard]] ModelListing list() const;
    /// The voice activity model's weights. Errors: model_not_found.
    [[nodiscard]] base::Result<std::filesystem::path> voice_activity_weights() const;
    /// The speaker encoder's weights. Errors: model_not_found.
    [[nodiscard]] base::Result<std::filesystem::path> speaker_weights() const;
    /// Copies the files of `source` that `description` names into the user's folder, tries the copy, and gives it its
    /// name: whole or not at all. Errors: invalid_argument (the name), model_exists (here or in the installation),
    /// disk_full, output_failed, cancelled once `stop` is true, and what `try_it` says.
    [[nodiscard]] base::Result<ModelFolder> add(
        const std::filesystem::path& source, const speech::ModelDescription& description,
        const std::function<base::Result<void>(const std::filesystem::path&)>& try_it,
        const std::atomic<bool>& stop) const;

  private:
    [[nodiscard]] base::Result<std::filesystem::path> installed(std::string_view folder, std::string_view file) const;
    [[nodiscard]] base::Result<void> check_free(const std::string& name) const;

    std::filesystem::path user_folder_;           // empty: unknown
    std::vector<std::filesystem::path> folders_;  // the user's first
};

}  // namespace app
