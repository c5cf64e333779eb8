#include "app/inputs.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using PathAndName = std::pair<fs::path, fs::path>;

constexpr std::array<std::string_view, 38> media_extensions{
    ".3g2", ".3gp",  ".aac", ".ac3", ".aif", ".aiff", ".amr", ".asf", ".au",  ".avi",  ".caf", ".eac3", ".flac",
    ".flv", ".m2ts", ".m4a", ".m4b", ".m4v", ".mka",  ".mkv", ".mov", ".mp2", ".mp3",  ".mp4", ".mpeg", ".mpg",
    ".mts", ".mxf",  ".oga", ".ogg", ".ogv", ".opus", ".ts",  ".vob", ".wav", ".webm", ".wma", ".wmv"};

std::string lower_case(std::string text) {
    for (char& character : text) {
        if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
    }
    return text;
}

bool is_hidden(const fs::path& path) {
    return path.filename().string().starts_with('.');
}

// What lies below a folder argument.
struct Search {
    std::vector<PathAndName> media;     // with its way below the folder
    std::vector<fs::path> folders;      // not yet looked into
    std::vector<ArgumentError> errors;  // folders that cannot be read; the others are
};

void look_into(const fs::path& folder, const fs::path& root, Search& search) {
    std::error_code fault;
    for (fs::directory_iterator entry(folder, fault); !fault && entry != fs::directory_iterator();
         entry.increment(fault)) {
        std::error_code ignored;  // an entry that vanishes while we look is not there
        if (is_hidden(entry->path())) continue;
        if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) search.folders.push_back(entry->path());
        if (entry->is_regular_file(ignored) && looks_like_media(entry->path()))
            search.media.emplace_back(entry->path(), entry->path().lexically_relative(root));
    }
    if (fault) {
        search.errors.push_back(
            {folder, {ErrorCode::file_unreadable, "this folder cannot be read: " + fault.message()}});
    }
}

// Everything below the folder that looks like media, in the order of names.
Search search_folder(const fs::path& root) {
    Search search;
    search.folders.push_back(root);
    while (!search.folders.empty()) {
        const fs::path folder = std::move(search.folders.back());
        search.folders.pop_back();
        look_into(folder, root, search);
    }
    if (search.media.empty() && search.errors.empty()) {
        search.errors.push_back(
            {root,
             {ErrorCode::file_not_found,
              "no media in this folder, going by the files' extensions; name a file to have it read anyway"}});
    }
    std::ranges::sort(search.media);
    return search;
}

// The candidates for an output's name, the nicest first.
std::array<fs::path, 2> candidates(const fs::path& name) {
    return {fs::path(name).replace_extension(), name};
}

fs::path numbered(const fs::path& name, const std::set<fs::path>& taken) {
    for (int number = 2;; ++number) {
        fs::path candidate = name;
        candidate += "-" + std::to_string(number);
        if (!taken.contains(candidate)) return candidate;
    }
}

// The one way to say this path, but for links in it that do not lead to its folder: a linked file is one of its own.
fs::path identity(const fs::path& path) {
    if (path == "-") return path;
    std::error_code fault;
    const fs::path folder = fs::canonical(path.has_parent_path() ? path.parent_path() : ".", fault);
    return fault ? path : folder / path.filename();
}

void keep_the_first(std::vector<PathAndName>& found) {
    std::set<fs::path> seen;
    std::erase_if(found, [&](const PathAndName& one) { return !seen.insert(identity(one.first)).second; });
}

}  // namespace

bool looks_like_media(const fs::path& path) {
    return std::ranges::binary_search(media_extensions, std::string_view(lower_case(path.extension().string())));
}

std::vector<Input> name_outputs(const std::vector<PathAndName>& paths_and_names) {
    std::map<fs::path, int> uses;
    for (const auto& [path, name] : paths_and_names)
        ++uses[candidates(name)[0]];
    std::vector<Input> inputs;
    std::set<fs::path> taken;
    for (const auto& [path, name] : paths_and_names) {
        const auto [stem, whole] = candidates(name);
        fs::path chosen = uses[stem] == 1 ? stem : whole;
        if (taken.contains(chosen)) chosen = numbered(chosen, taken);
        taken.insert(chosen);
        inputs.push_back({path, chosen});
    }
    return inputs;
}

InputList expand_inputs(const std::vector<std::string>& arguments) {
    InputList list;
    std::vector<PathAndName> found;
    for (const std::string& argument : arguments) {
        std::error_code ignored;  // what cannot be looked at is told when it is opened
        if (argument == "-") {
            found.emplace_back("-", "stdin");
        } else if (!fs::is_directory(argument, ignored)) {
            found.emplace_back(argument, fs::path(argument).filename());
        } else {
            const Search below = search_folder(argument);
            found.insert(found.end(), below.media.begin(), below.media.end());
            list.errors.insert(list.errors.end(), below.errors.begin(), below.errors.end());
        }
    }
    keep_the_first(found);
    list.inputs = name_outputs(found);
    return list;
}

}  // namespace app
