#include "app/model_store.hpp"

#include <algorithm>

#include "app/adding_folder.hpp"
#include "runtime/environment.hpp"
#include "runtime/files.hpp"

namespace app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;
using base::Result;

constexpr const char* manifest = "model.json";

bool has_manifest(const fs::path& folder) {
    std::error_code ignored;  // a folder that cannot be looked at has none
    return fs::is_regular_file(folder / manifest, ignored);
}

Result<ModelFolder> read(const fs::path& folder) {
    auto description = speech::read_model_folder(folder);
    if (!description) return std::unexpected(description.error());
    return ModelFolder{folder, std::move(*description)};
}

base::Error cancelled() {
    return {ErrorCode::cancelled, "nothing was added"};
}

Result<void> copy_files(const fs::path& source, const speech::ModelDescription& description, const fs::path& into,
                        const std::atomic<bool>& stop) {
    for (const auto& [role, file] : description.files) {
        if (stop) return std::unexpected(cancelled());
        std::error_code fault;
        fs::create_directories((into / file.path).parent_path(), fault);
        if (!fault) fs::copy_file(source / file.path, into / file.path, fault);
        if (fault)
            return base::fail_errno(ErrorCode::output_failed, "cannot copy " + (source / file.path).string(),
                                    fault.value());
    }
    return runtime::write_file(into / manifest, speech::to_json(description));
}

// Empty when the environment does not say where a user's things go.
fs::path users_folder() {
    if (const auto models = runtime::environment("VIDEO_TRANSCRIBER_MODELS_FOLDER")) return *models;
    if (const auto data = runtime::environment("XDG_DATA_HOME")) return fs::path(*data) / "video-transcriber/models";
    if (const auto home = runtime::environment("HOME"))
        return fs::path(*home) / ".local/share/video-transcriber/models";
    return {};
}

}  // namespace

ModelStore::ModelStore(fs::path user_folder, std::vector<fs::path> installed_folders)
    : user_folder_(std::move(user_folder)), folders_(std::move(installed_folders)) {
    if (!user_folder_.empty()) folders_.insert(folders_.begin(), user_folder_);
}

ModelStore ModelStore::of_this_machine() {
    const fs::path program = runtime::program_folder();
    return {users_folder(), {program / "models", program / "../share/video-transcriber/models"}};
}

Result<ModelFolder> ModelStore::find(const std::string& name_or_path) const {
    if (name_or_path.contains('/')) return read(name_or_path);
    for (const fs::path& folder : folders_) {
        if (speech::is_model_name(name_or_path) && has_manifest(folder / name_or_path))
            return read(folder / name_or_path);
    }
    std::string known;
    for (const ModelFolder& model : list().models)
        known += (known.empty() ? "" : ", ") + model.description.name;
    return fail(ErrorCode::model_not_found, "there is no model \"" + name_or_path + "\"; there are: " +
                                                (known.empty() ? "none (run scripts/setup, or add one)" : known) +
                                                ". Add one with: video-transcriber models add FOLDER");
}

ModelListing ModelStore::list() const {
    ModelListing listing;
    std::map<std::string, ModelFolder> by_name;
    for (const fs::path& folder : folders_) {
        std::error_code ignored;  // a folder that is not there holds no models
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
            const std::string name = entry.path().filename().string();
            if (!speech::is_model_name(name) || !has_manifest(entry.path())) continue;
            auto model = read(entry.path());
            if (model) {
                by_name.try_emplace(name, std::move(*model));
            } else {
                listing.errors.push_back(model.error());
            }
        }
    }
    for (auto& [name, model] : by_name)
        listing.models.push_back(std::move(model));
    return listing;
}

Result<fs::path> ModelStore::installed(std::string_view name, std::string_view file) const {
    for (const fs::path& folder : folders_) {
        fs::path weights = folder / name / file;
        std::error_code ignored;  // what cannot be looked at is not found
        if (fs::is_regular_file(weights, ignored)) return weights;
    }
    return fail(ErrorCode::model_not_found,
                "the model " + std::string(name) + " is not installed; run scripts/setup and build again");
}

Result<fs::path> ModelStore::voice_activity_weights() const {
    return installed(speech::voice_activity_name, "silero_vad_16k.safetensors");
}

Result<fs::path> ModelStore::speaker_weights() const {
    return installed(speech::speaker_encoder_name, "speaker_encoder.safetensors");
}

Result<void> ModelStore::check_free(const std::string& name) const {
    if (!speech::is_model_name(name)) {
        return fail(ErrorCode::invalid_argument,
                    "a model cannot be called \"" + name +
                        "\": use letters, digits, - _ and ., and no name that the program needs itself (--name gives "
                        "another name)");
    }
    for (const fs::path& folder : folders_) {
        std::error_code ignored;  // the rename at the end has the last word
        if (fs::exists(folder / name, ignored)) {
            return fail(ErrorCode::model_exists,
                        (folder / name).string() + " is there already; remove it or choose another --name");
        }
    }
    return {};
}

Result<ModelFolder> ModelStore::add(const fs::path& source, const speech::ModelDescription& description,
                                    const std::function<Result<void>(const fs::path&)>& try_it,
                                    const std::atomic<bool>& stop) const {
    if (auto free = check_free(description.name); !free) return std::unexpected(free.error());
    if (user_folder_.empty()) {
        return fail(ErrorCode::output_failed,
                    "nothing says where your models go: set VIDEO_TRANSCRIBER_MODELS_FOLDER to a folder, or HOME");
    }
    auto adding = AddingFolder::make(user_folder_);
    if (!adding) return std::unexpected(adding.error());
    // A signal may end any call early (EINTR): who asked to stop is told that it was, not which call it met.
    const auto copied = copy_files(source, description, adding->path(), stop);
    if (stop) return std::unexpected(cancelled());
    if (!copied) return std::unexpected(copied.error());
    const auto tried = try_it(adding->path());
    if (stop) return std::unexpected(cancelled());
    if (!tried) return std::unexpected(tried.error());
    const fs::path target = user_folder_ / description.name;
    if (auto published = adding->publish(target); !published) return std::unexpected(published.error());
    return ModelFolder{target, description};
}

}  // namespace app
