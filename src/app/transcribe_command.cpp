// `video-transcriber transcribe`: options, the batch of files, what is told at the end.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/model_store.hpp"
#include "app/progress.hpp"
#include "app/report.hpp"
#include "app/transcribe_file.hpp"
#include "media/sandboxed_decoder.hpp"
#include "runtime/environment.hpp"
#include "runtime/files.hpp"
#include "runtime/process_cost.hpp"
#include "runtime/stop_signals.hpp"
#include "runtime/system_clock.hpp"
#include "speech/sherpa_recogniser.hpp"

namespace app {
namespace {

using base::ErrorCode;
using base::Result;

struct TranscribeOptions {
    std::vector<std::string> files;
    std::vector<std::string> formats{"txt"};
    std::string output;
    std::string language;
    std::string model{default_model};
    std::size_t threads = 0;
    std::string subtitle_rules = "netflix-en";
    std::string subtitle_settings;
    bool strict = false;
    bool json = false;
    bool quiet = false;
};

// What the command line asks for, checked before any file is touched.
struct Request {
    InputList inputs;
    OutputPlan plan;
    std::string language;
    std::size_t threads = 1;
};

Result<std::vector<const formats::Format*>> find_formats(const std::vector<std::string>& names) {
    std::vector<const formats::Format*> found;
    for (const std::string& name : names) {
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

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

// BCP 47 compares without case; "en-GB" is English to a model that knows "en".
std::string primary_tag(std::string_view tag) {
    std::string primary(tag.substr(0, tag.find_first_of("-_")));
    for (char& character : primary)
        character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    return primary;
}

Result<std::string> choose_language(const std::string& wanted, const speech::ModelDescription& model) {
    if (wanted.empty()) return model.languages.empty() ? std::string("und") : model.languages.front();
    const auto knows = [&](const std::string& known) { return primary_tag(known) == primary_tag(wanted); };
    if (model.languages.empty() || std::ranges::any_of(model.languages, knows)) return wanted;
    return base::fail(ErrorCode::language_unsupported,
                      "the model " + model.name + " does not know the language \"" + wanted + "\"; it knows: " +
                          join(model.languages) + ". Add a model that does with: video-transcriber models add FOLDER");
}

Result<Request> check(const TranscribeOptions& options, const speech::ModelDescription& model) {
    auto formats = find_formats(options.formats);
    if (!formats) return std::unexpected(formats.error());
    auto rules = formats::find_rules(options.subtitle_rules, options.subtitle_settings);
    if (!rules) return std::unexpected(rules.error());
    auto language = choose_language(options.language, model);
    if (!language) return std::unexpected(language.error());
    Request request;
    request.plan = {*formats, {*rules, options.strict}, output_folder(options, formats->size())};
    request.inputs = expand_inputs(options.files);
    request.language = *language;
    request.threads = options.threads > 0 ? options.threads : runtime::usable_cores();
    return request;
}

ProgressBoard::Style progress_style(const TranscribeOptions& options) {
    if (options.quiet) return ProgressBoard::Style::quiet;
    return runtime::is_terminal(STDERR_FILENO) ? ProgressBoard::Style::terminal : ProgressBoard::Style::plain;
}

std::string describe(const media::Damage& damage) {
    std::array<char, 200> text{};
    std::snprintf(text.data(), text.size(), "%s at %.1f s, %.1f s of sound missing (silence in its place)",
                  damage.kind.c_str(), damage.at_seconds, damage.missing_seconds);
    return text.data();
}

void tell_broken_rules(const FileOutcome& outcome, const std::string& rules) {
    constexpr std::size_t most = 3;
    for (const Output& output : outcome.outputs) {
        if (output.violations.empty()) continue;
        std::string line = outcome.input.path.string() + ": " + std::string(output.format->name) + ": " +
                           std::to_string(output.violations.size()) + " broken rules of " + rules + ": ";
        for (std::size_t i = 0; i < std::min(most, output.violations.size()); ++i) {
            line += (i == 0 ? "" : "; ") + formats::describe(output.violations[i]);
        }
        if (output.violations.size() > most) line += "; …";
        print_warning(line);
    }
}

// What people read of a file that is done; --json has the same for scripts.
void tell_outcome(const FileOutcome& outcome, const std::string& rules, bool quiet) {
    if (!quiet) {
        for (const media::Damage& damage : outcome.damages) {
            if (damage.kind != "truncated") print_warning(outcome.input.path.string() + ": " + describe(damage));
        }
        tell_broken_rules(outcome, rules);
        if (outcome.transcript) print_note(describe(outcome));
    }
    if (outcome.error) print_error(outcome.input.path.string() + ": " + tell(*outcome.error));
}

// The files of a batch, several at once, in the order of the command line as far as anybody can see.
class Batch {
  public:
    Batch(const Engine& engine, const Request& request, const TranscribeOptions& options, const base::Clock& clock)
        : engine_(engine),
          request_(request),
          options_(options),
          clock_(clock),
          board_(progress_style(options), request.inputs.inputs.size(), clock) {}

    std::vector<FileOutcome> run() {
        const auto& inputs = request_.inputs.inputs;
        const std::size_t at_once = std::clamp<std::size_t>(inputs.size(), 1, request_.threads);
        runtime::Threads file_threads(at_once);
        runtime::OrderedPool<FileOutcome> pool(file_threads, at_once);
        std::vector<FileOutcome> outcomes;
        for (std::size_t file = 0; file < inputs.size(); ++file) {
            if (pool.full()) outcomes.push_back(told(pool.take()));
            pool.submit([this, file] { return one(file); });
        }
        while (!pool.empty())
            outcomes.push_back(told(pool.take()));
        return outcomes;
    }

    [[nodiscard]] double engine_cpu_seconds() const { return static_cast<double>(engine_cpu_ns_.load()) * 1e-9; }
    [[nodiscard]] double elapsed_seconds() const { return board_.elapsed_seconds(); }

  private:
    FileOutcome one(std::size_t file) {
        const auto start = clock_.now();
        speech::TranscribeOptions options{.language = request_.language, .engine_cpu_ns = &engine_cpu_ns_};
        options.segments_in_flight = request_.threads + 1;
        auto outcome = transcribe_file(
            request_.inputs.inputs[file], engine_, options, request_.plan,
            [&](const model::MediaInfo& media) { board_.set_duration(file, media.duration_seconds); },
            [&](const speech::Progress& progress) { board_.set_done(file, progress.recognised_seconds); });
        board_.finish(file);
        outcome.elapsed_seconds = std::chrono::duration<double>(clock_.now() - start).count();
        return outcome;
    }

    FileOutcome told(FileOutcome outcome) {
        board_.clear();
        tell_outcome(outcome, request_.plan.options.rules.name, options_.quiet);
        return outcome;
    }

    const Engine& engine_;
    const Request& request_;
    const TranscribeOptions& options_;
    const base::Clock& clock_;
    ProgressBoard board_;
    std::atomic<std::int64_t> engine_cpu_ns_ = 0;
};

BatchCost cost_of(const Batch& batch) {
    const runtime::ProcessCost cost = runtime::process_cost();
    return {batch.engine_cpu_seconds(), cost.cpu_seconds, cost.children_cpu_seconds, batch.elapsed_seconds(),
            cost.peak_memory_bytes};
}

// Errors that belong to no file: told, and reported when a script asked for the report.
int refuse(const std::vector<base::Error>& errors, bool json) {
    for (const base::Error& error : errors)
        print_error(tell(error));
    if (json && !print_result(json_report({}, errors, "", {}))) return exit_failed;
    return exit_failed;
}

int exit_code_of(std::span<const FileOutcome> outcomes, std::span<const base::Error> errors, bool stopped) {
    if (stopped) return exit_interrupted;
    const bool failed =
        std::ranges::any_of(outcomes, [](const FileOutcome& outcome) { return outcome.error.has_value(); });
    return failed || !errors.empty() ? exit_failed : exit_done;
}

int run_batch(const Request& request, const TranscribeOptions& options,
              const speech::VoiceActivityModel& voice_activity, const speech::Recogniser& recogniser) {
    const runtime::SystemClock clock;
    const runtime::StopSignals signals;
    media::SandboxedDecoder decoder(
        {.helper = runtime::program_folder() / "video-transcriber-decode", .stop = &signals.requested()});
    runtime::Threads threads(request.threads);
    const Engine engine{decoder, voice_activity, recogniser, threads, signals.requested()};

    Batch batch(engine, request, options, clock);
    for (const base::Error& error : request.inputs.errors)
        print_error(tell(error));
    const std::vector<FileOutcome> outcomes = batch.run();
    if (options.json) {
        auto printed =
            print_result(json_report(outcomes, request.inputs.errors, recogniser.fingerprint(), cost_of(batch)));
        if (!printed) return refuse({printed.error()}, false);
    }
    return exit_code_of(outcomes, request.inputs.errors, signals.requested().load());
}

int transcribe(const TranscribeOptions& options) {
    const ModelStore store = ModelStore::of_this_machine();
    const auto model = store.find(options.model);
    if (!model) return refuse({model.error()}, options.json);
    const auto request = check(options, model->description);
    if (!request) return refuse({request.error()}, options.json);
    const auto weights = store.voice_activity_weights();
    if (!weights) return refuse({weights.error()}, options.json);
    const auto voice_activity = speech::VoiceActivityModel::load(*weights);
    if (!voice_activity) return refuse({voice_activity.error()}, options.json);
    const auto recogniser = speech::make_sherpa_recogniser(model->description, model->path);
    if (!recogniser) return refuse({recogniser.error()}, options.json);
    return run_batch(*request, options, *voice_activity, **recogniser);
}

std::string format_names() {
    std::vector<std::string> names;
    for (const formats::Format& format : formats::all_formats())
        names.emplace_back(format.name);
    return join(names);
}

std::string rule_set_names() {
    std::vector<std::string> names;
    for (const formats::SubtitleRules& rules : formats::all_rule_sets())
        names.push_back(rules.name);
    names.emplace_back("custom");
    return join(names);
}

}  // namespace

void declare_transcribe(CLI::App& command, Action& chosen) {
    const auto options = std::make_shared<TranscribeOptions>();
    command.add_option("FILE", options->files, "Files and folders; - is standard input")->required();
    command.add_option("-f,--format", options->formats, "Formats, with commas between: " + format_names())
        ->delimiter(',')
        ->allow_extra_args(false)  // what follows a value is a FILE
        ->capture_default_str();
    command.add_option("-o,--output", options->output, "Folder for NAME.FORMAT (made when it is not there)");
    command.add_option("-l,--language", options->language, "Language of the speech, as BCP 47 names it (en, en-GB)");
    command.add_option("-m,--model", options->model, "Name of a model, or the path of its folder")
        ->capture_default_str();
    command.add_option("-t,--threads", options->threads, "Segments recognised at once (default: one a core)")
        ->check(CLI::Range(1, 1024));
    command.add_option("--subtitle-rules", options->subtitle_rules, "Rules that cues are cut by: " + rule_set_names())
        ->capture_default_str();
    command.add_option("--subtitle-settings", options->subtitle_settings,
                       "For --subtitle-rules custom: key=value,… such as max_line_characters=37,max_lines=1");
    command.add_flag("--strict", options->strict, "Refuse subtitles that break a rule, and list what breaks");
    command.add_flag("--json", options->json, "Report on standard output as JSON; transcripts go to files");
    command.add_flag("-q,--quiet", options->quiet, "Say nothing but errors");
    command.footer("Exit codes: 0 done, 1 something failed, 2 wrong usage, 130 interrupted.");
    command.callback([options, &chosen] { chosen = [options] { return transcribe(*options); }; });
}

}  // namespace app
