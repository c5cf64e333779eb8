#include "app/model_store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <unistd.h>

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

// A name is a folder's name and a word of the command line: nothing that either could take for something else.
bool is_good_name(std::string_view name) {
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !name.empty() && name.size() <= 100 && name.front() != '.' && name.front() != '-' &&
           std::ranges::all_of(name, good);
}

// A folder that takes everything in it away again unless it was kept.
class TemporaryFolder {
  public:
    static Result<TemporaryFolder> make(const fs::path& parent) {
        std::error_code fault;
        fs::create_directories(parent, fault);
        if (fault) return base::fail_errno(ErrorCode::output_failed, "cannot make " + parent.string(), fault.value());
        std::string name = (parent / ".adding-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) {
            return base::fail_errno(ErrorCode::output_failed, "cannot make a folder in " + parent.string(), errno);
        }
        return TemporaryFolder(name);
    }
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;  // nothing better can be done with what cannot be removed
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }
    void keep() { path_.clear(); }

  private:
    explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
    fs::path path_;
};

Result<void> copy_files(const fs::path& source, const speech::ModelDescription& description, const fs::path& into) {
    for (const auto& [role, file] : description.files) {
        std::error_code fault;
        fs::create_directories((into / file.path).parent_path(), fault);
        if (!fault) fs::copy_file(source / file.path, into / file.path, fault);
        if (fault)
            return base::fail_errno(ErrorCode::output_failed, "cannot copy " + (source / file.path).string(),
                                    fault.value());
    }
    return runtime::write_file(into / manifest, speech::to_json(description));
}

}  // namespace

ModelStore::ModelStore(fs::path user_folder, std::vector<fs::path> installed_folders)
    : user_folder_(std::move(user_folder)), folders_{user_folder_} {
    folders_.insert(folders_.end(), installed_folders.begin(), installed_folders.end());
}

ModelStore ModelStore::of_this_machine() {
    const fs::path home = runtime::environment("HOME").value_or(".");
    const fs::path data = runtime::environment("XDG_DATA_HOME").value_or((home / ".local/share").string());
    const fs::path user =
        runtime::environment("VIDEO_TRANSCRIBER_MODELS_FOLDER").value_or((data / "video-transcriber/models").string());
    const fs::path program = runtime::program_folder();
    return {user, {program / "models", program / "../share/video-transcriber/models"}};
}

Result<ModelFolder> ModelStore::find(const std::string& name_or_path) const {
    if (name_or_path.contains('/')) return read(name_or_path);
    for (const fs::path& folder : folders_) {
        if (is_good_name(name_or_path) && has_manifest(folder / name_or_path)) return read(folder / name_or_path);
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
            if (!is_good_name(name) || !has_manifest(entry.path()) || name == voice_activity_model) continue;
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

Result<fs::path> ModelStore::voice_activity_weights() const {
    for (const fs::path& folder : folders_) {
        fs::path weights = folder / voice_activity_model / "silero_vad_16k.safetensors";
        std::error_code ignored;  // what cannot be looked at is not found
        if (fs::is_regular_file(weights, ignored)) return weights;
    }
    return fail(ErrorCode::model_not_found,
                "the voice activity model silero-vad is not installed; run scripts/setup and build again");
}

Result<ModelFolder> ModelStore::add(const fs::path& source, const speech::ModelDescription& description,
                                    const std::function<Result<void>(const fs::path&)>& try_it) const {
    if (!is_good_name(description.name)) {
        return fail(ErrorCode::invalid_argument, "a model cannot be called \"" + description.name +
                                                     "\": use letters, digits, - _ and . (--name gives another name)");
    }
    const fs::path target = user_folder_ / description.name;
    std::error_code ignored;  // rename below has the last word
    if (fs::exists(target, ignored)) {
        return fail(ErrorCode::model_exists, target.string() + " is there already; remove it or choose another --name");
    }
    auto temporary = TemporaryFolder::make(user_folder_);
    if (!temporary) return std::unexpected(temporary.error());
    if (auto copied = copy_files(source, description, temporary->path()); !copied)
        return std::unexpected(copied.error());
    if (auto tried = try_it(temporary->path()); !tried) return std::unexpected(tried.error());
    std::error_code fault;
    constexpr auto everybody_reads = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                                     fs::perms::others_read | fs::perms::others_exec;
    fs::permissions(temporary->path(), everybody_reads, fault);
    if (!fault) fs::rename(temporary->path(), target, fault);
    if (fault) return base::fail_errno(ErrorCode::output_failed, "cannot make " + target.string(), fault.value());
    temporary->keep();
    return ModelFolder{target, description};
}

}  // namespace app
