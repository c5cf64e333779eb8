#include "app/transcribe_request.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "app/option_values.hpp"
#include "app/vocabulary_file.hpp"
#include "model/speakers.hpp"
#include "runtime/files.hpp"
#include "runtime/ordered_pool.hpp"

namespace app {
namespace {

using base::ErrorCode;
using base::Result;

Result<std::vector<const formats::Format*>> find_formats(const std::vector<std::string>& values) {
    const auto names = split_list(values, "--format");
    if (!names) return std::unexpected(names.error());
    std::vector<const formats::Format*> found;
    for (const std::string& name : *names) {
        const auto format = formats::find_format(name);
        if (!format) return std::unexpected(format.error());
        if (std::ranges::find(found, *format) == found.end()) found.push_back(*format);
    }
    return found;
}

// One file and one format without --output and --json go to standard output; everything else to files.
std::optional<std::filesystem::path> output_folder(const TranscribeOptions& options, std::size_t formats) {
    if (!options.output.empty()) return options.output;
    std::error_code ignored;  // a file that is not there is told when it is opened
    const bool one_file = options.files.size() == 1 && !std::filesystem::is_directory(options.files[0], ignored);
    if (one_file && formats == 1 && !options.json) return std::nullopt;
    return ".";
}

Result<speech::ChosenLanguage> choose_language(const std::string& wanted, const speech::ModelDescription& model) {
    auto chosen = speech::choose_language(wanted, model.languages);
    if (chosen || chosen.error().code != ErrorCode::language_unsupported) return chosen;
    return base::fail(ErrorCode::language_unsupported,
                      model.name + ": " + chosen.error().message +
                          ". Add a model that does with: video-transcriber models add FOLDER");
}

// What a file is, whatever name leads to it; absent when there is none.
using Identity = std::pair<dev_t, ino_t>;

std::optional<Identity> identity(const std::filesystem::path& path) {
    struct stat status{};
    const int failed = path == "-" ? fstat(STDIN_FILENO, &status) : stat(path.c_str(), &status);
    if (failed != 0) return std::nullopt;
    return Identity{status.st_dev, status.st_ino};
}

// An output may hit the input of another file, one that comes later too.
Result<void> spare_the_inputs(const std::vector<Input>& inputs, const OutputPlan& plan) {
    std::map<Identity, std::filesystem::path> read;
    for (const Input& input : inputs) {
        if (const auto known = identity(input.path)) read.emplace(*known, input.path);
    }
    for (const Input& input : inputs) {
        for (const formats::Format* format : plan.formats) {
            const std::filesystem::path output = output_path(input, *format, *plan.folder);
            const auto hit = identity(output).transform([&](const Identity& there) { return read.find(there); });
            if (!hit || *hit == read.end()) continue;
            return base::fail(ErrorCode::invalid_argument, "the " + std::string(format->name) + " of " +
                                                               input.path.string() +
                                                               " would be written over the input " +
                                                               (*hit)->second.string() + "; choose another --output");
        }
    }
    return {};
}

Result<void> check_outputs(const Request& request) {
    if (!request.plan.folder) return {};
    if (auto probed = runtime::probe_folder(*request.plan.folder); !probed) return probed;
    return spare_the_inputs(request.inputs.inputs, request.plan);
}

}  // namespace

Result<Request> check(const TranscribeOptions& options, const speech::ModelDescription& model) {
    auto formats = find_formats(options.formats);
    if (!formats) return std::unexpected(formats.error());
    auto rules = formats::find_rules(options.subtitle_rules, options.subtitle_settings);
    if (!rules) return std::unexpected(rules.error());
    auto language = choose_language(options.language, model);
    if (!language) return std::unexpected(language.error());
    if (std::ranges::count(options.files, "-") + (options.vocabulary == "-" ? 1 : 0) > 1)
        return base::fail(ErrorCode::invalid_argument, "standard input (-) can be read only once");
    if (auto speakers = model::check_speakers(options.speakers); !speakers) {
        return base::fail(ErrorCode::invalid_argument, "--speakers: " + speakers.error().message);
    }
    if (options.channels_apart && !options.speakers.empty())
        return base::fail(ErrorCode::invalid_argument,
                          "--channels and --speakers exclude each other: each channel stands for who speaks there");
    auto phrases = read_vocabulary(options.vocabulary);
    if (!phrases) return std::unexpected(phrases.error());
    Request request;
    request.phrases = *std::move(phrases);
    request.plan = {*formats, {*rules, options.strict, options.wording}, output_folder(options, formats->size())};
    request.inputs = expand_inputs(options.files);
    request.language = *language;
    request.threads = options.threads > 0 ? options.threads : runtime::usable_cores();
    if (auto checked = check_outputs(request); !checked) return std::unexpected(checked.error());
    return request;
}

}  // namespace app
