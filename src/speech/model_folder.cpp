#include "speech/model_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ranges>
#include <span>

#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "runtime/files.hpp"
#include "speech/families.hpp"
#include "speech/language.hpp"

namespace speech {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::fail;
using Assignment = std::map<std::string, ModelFile>;

constexpr std::size_t listing_limit = 1000;

std::unexpected<base::Error> missing(const fs::path& path) {
    return fail(ErrorCode::model_not_found,
                "the model's file " + path.string() + " is not there; install the model again, or see models list");
}

bool stays_inside(const fs::path& folder, const fs::path& file) {
    std::error_code error;
    const fs::path root = fs::canonical(folder, error);
    const fs::path target = error ? fs::path() : fs::canonical(file, error);
    if (error) return false;
    return std::ranges::mismatch(root, target).in1 == root.end();
}

base::Result<void> check_file(const fs::path& folder, const ModelFile& file) {
    const fs::path path = folder / file.path;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return missing(path);
    if (!stays_inside(folder, path)) {
        return fail(ErrorCode::model_broken,
                    path.string() + " is a link out of the model's folder; copy the file there");
    }
    const auto hash = hash_file(path);
    if (!hash) return std::unexpected(hash.error());
    if (*hash == file.sha256) return {};
    return fail(ErrorCode::model_broken, path.string() + " is not the file that model.json describes (its SHA-256 is " +
                                             *hash + "); install the model again");
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

bool is_network(std::string_view name) {
    return name.ends_with(".onnx") || name.ends_with(".ort");
}

// The names of the files a model can be made of. Of two that differ in ".int8" only, the 8-bit one.
base::Result<std::vector<std::string>> candidate_files(const fs::path& folder) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->is_regular_file(error)) names.push_back(entry->path().filename().string());
        if (names.size() > listing_limit) return fail(ErrorCode::model_broken, folder.string() + " has too many files");
    }
    if (error) return fail(ErrorCode::model_not_found, folder.string() + " cannot be listed: " + error.message());
    std::ranges::sort(names);
    const auto has_int8_twin = [&](const std::string& name) {
        return name.ends_with(".onnx") &&
               std::ranges::binary_search(names, name.substr(0, name.size() - 5) + ".int8.onnx");
    };
    std::vector<std::string> kept;
    std::ranges::copy_if(names, std::back_inserter(kept),
                         [&](const std::string& name) { return !has_int8_twin(name); });
    return kept;
}

bool can_play(const std::string& file, const ModelRole& role) {
    const std::string name = lower(file);
    if (role.hint.find('.') != std::string_view::npos) return name.ends_with(role.hint);
    return is_network(name) && name.contains(role.hint);
}

// The role whose hint says most about the file ("uncached_decode" before "cached_decode"); null when none fits.
const ModelRole* role_of(const std::string& file, std::span<const ModelRole> roles) {
    const ModelRole* best = nullptr;
    for (const ModelRole& role : roles) {
        if (can_play(file, role) && (best == nullptr || role.hint.size() > best->hint.size())) best = &role;
    }
    return best;
}

// Every network of the folder in a role of its own and no role left without a file; empty otherwise.
Assignment assign(const std::vector<std::string>& files, const ModelFamily& family) {
    Assignment found;
    for (const std::string& file : files) {
        const ModelRole* role = role_of(file, family.roles);
        if (role == nullptr && is_network(file)) return {};
        if (role != nullptr && !found.emplace(role->name, ModelFile{file, {}}).second) return {};
    }
    const bool complete = std::ranges::all_of(
        family.roles, [&](const ModelRole& role) { return !role.required || found.contains(std::string(role.name)); });
    return complete ? found : Assignment{};
}

// What the folder's and the files' names say together, with one kind of hyphen.
std::string all_names(const fs::path& folder, const std::vector<std::string>& files) {
    std::string text = fs::absolute(folder).filename().string();
    for (const std::string& file : files)
        text += " " + file;
    std::ranges::replace(text, '_', '-');
    return lower(text);
}

// How much the names of the files say for a family; 0 when it lacks one.
std::size_t fitness(const std::vector<std::string>& files, const ModelFamily& family) {
    const Assignment found = assign(files, family);
    std::size_t total = 0;
    for (const ModelRole& role : family.roles)
        total += found.contains(std::string(role.name)) ? 1 + role.hint.size() : 0;
    return total;
}

// Those that the files speak for most.
std::vector<const ModelFamily*> families_that_fit(const std::vector<std::string>& files, std::string_view wanted) {
    std::vector<const ModelFamily*> fitting;
    std::size_t best = 1;
    for (const ModelFamily& family : model_families()) {
        const std::size_t fits = wanted.empty() || family.name == wanted ? fitness(files, family) : 0;
        if (fits > best) fitting.clear();
        best = std::max(best, fits);
        if (fits == best) fitting.push_back(&family);
    }
    return fitting;
}

base::Result<const ModelFamily*> choose_family(const fs::path& folder, const std::vector<std::string>& files,
                                               std::string_view wanted) {
    const auto fitting = families_that_fit(files, wanted);
    if (fitting.size() == 1) return fitting.front();
    const std::string names = all_names(folder, files);
    std::vector<const ModelFamily*> hinted;
    std::ranges::copy_if(fitting, std::back_inserter(hinted), [&](const auto* f) { return names.contains(f->hint); });
    if (hinted.size() == 1) return hinted.front();
    std::string list;
    for (const ModelFamily* family : fitting)
        list += (list.empty() ? "" : ", ") + std::string(family->name);
    return fail(ErrorCode::model_broken,
                list.empty() ? folder.string() +
                                   " has not the files of any known model family; name the family, or "
                                   "write its model.json"
                             : folder.string() + " can be of several families (" + list + "); name one");
}

bool has_description(const fs::path& folder) {
    std::error_code ignored;  // what cannot be looked at is told when it is read
    return fs::exists(folder / "model.json", ignored);
}

std::string name_of(const fs::path& folder) {
    return fs::absolute(folder / "").lexically_normal().parent_path().filename().string();
}

std::unexpected<base::Error> bad_name(std::string_view name) {
    return fail(ErrorCode::invalid_argument,
                "a model cannot be called \"" + base::printable(name, 60) +
                    "\": a name is 1 to 64 letters, digits, - _ and ., begins with neither - nor ., and is "
                    "not one that the program needs itself "
                    "(--name gives another)");
}

base::Result<void> check_claims(const ModelClaims& claims) {
    if (!claims.name.empty() && !is_model_name(claims.name)) return bad_name(claims.name);
    for (const std::string& language : claims.languages) {
        if (auto checked = check_language(language); !checked) return checked;
    }
    if (claims.family.empty() || find_model_family(claims.family) != nullptr) return {};
    std::string known;
    for (const ModelFamily& family : model_families())
        known.append(known.empty() ? "" : ", ").append(family.name);
    return fail(ErrorCode::invalid_argument,
                "the model family \"" + base::printable(claims.family, 60) + "\" is not known; known: " + known);
}

// The family and the files of a folder that does not say them itself.
base::Result<void> find_files(const fs::path& folder, std::string_view wanted, ModelDescription& description) {
    const auto files = candidate_files(folder);
    if (!files) return std::unexpected(files.error());
    const auto family = choose_family(folder, *files, wanted);
    if (!family) return std::unexpected(family.error());
    description.family = (*family)->name;
    description.files = assign(*files, **family);
    for (auto& [role, file] : description.files) {
        auto hash = hash_file(folder / file.path);
        if (!hash) return std::unexpected(hash.error());
        file.sha256 = std::move(*hash);
    }
    return {};
}

}  // namespace

base::Result<std::string> hash_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return missing(path);
    base::Sha256 hash;
    std::vector<char> block(1 << 18U);
    while (file.read(block.data(), static_cast<std::streamsize>(block.size())) || file.gcount() > 0) {
        hash.update(std::as_bytes(std::span(block).first(static_cast<std::size_t>(file.gcount()))));
    }
    if (file.bad()) return fail(ErrorCode::model_not_found, path.string() + " cannot be read; check the disk");
    return hash.finish_hex();
}

base::Result<ModelDescription> read_model_folder(const fs::path& folder) {
    const fs::path path = folder / "model.json";
    const auto text = runtime::read_file(path, largest_description_bytes);
    if (!text && text.error().code == ErrorCode::file_not_found) return missing(path);
    if (!text) return fail(ErrorCode::model_broken, text.error().message);
    auto description = parse_model_description(*text, path.string());
    if (!description) return description;
    for (const auto& [role, file] : description->files) {
        if (auto checked = check_file(folder, file); !checked) return std::unexpected(checked.error());
    }
    return description;
}

base::Result<ModelDescription> describe_model_folder(const fs::path& folder, const ModelClaims& claims) {
    if (auto checked = check_claims(claims); !checked) return std::unexpected(checked.error());
    auto description = has_description(folder) ? read_model_folder(folder) : ModelDescription{};
    if (!description) return description;
    if (!claims.languages.empty()) description->languages = claims.languages;
    if (!claims.licence.empty()) description->licence = claims.licence;
    if (!claims.name.empty()) description->name = claims.name;
    if (description->name.empty()) description->name = name_of(folder);
    if (!is_model_name(description->name)) return bad_name(description->name);
    if (!description->files.empty() && (claims.family.empty() || claims.family == description->family))
        return description;
    if (auto found = find_files(folder, claims.family, *description); !found) return std::unexpected(found.error());
    return description;
}

}  // namespace speech
