// From the FILE arguments of a command line to the media files and the names of what is written for them.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace app {

struct Input {
    std::filesystem::path path;  // as given or found; "-" is standard input
    std::filesystem::path stem;  // of its outputs, relative to the output folder, without extension; unique in a list
    bool operator==(const Input&) const = default;
};

/// A fault that belongs to an argument, or to a folder below it; the message does not repeat the path.
struct ArgumentError {
    std::filesystem::path path;
    base::Error error;
};

struct InputList {
    std::vector<Input> inputs;
    std::vector<ArgumentError> errors;  // what could not be expanded; the rest goes on
};

/// Files as they are, folders searched through (hidden files and linked folders left out) for the extensions of media,
/// in the order of their names. What is met twice is taken once, where it is met first. Errors: file_not_found (nothing
/// there, or no media in a folder), file_unreadable.
InputList expand_inputs(const std::vector<std::string>& arguments);

/// Pure: the stems. A file's is its name without extension, one inside a folder argument keeps its way below it; those
/// that would be the same keep their whole names, and if that does not tell them apart they are numbered.
std::vector<Input> name_outputs(
    const std::vector<std::pair<std::filesystem::path, std::filesystem::path>>& paths_and_names);

/// Whether a file name has one of the extensions that folders are searched for.
bool looks_like_media(const std::filesystem::path& path);

}  // namespace app
