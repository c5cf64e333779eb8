// `video-transcriber transcribe`: options, the batch of files, what is told at the end.
#include <algorithm>
#include <array>
#include <cstdio>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/engines.hpp"
#include "app/exit_code.hpp"
#include "app/model_store.hpp"
#include "app/option_values.hpp"
#include "app/progress.hpp"
#include "app/report.hpp"
#include "app/transcribe_file.hpp"
#include "app/transcribe_request.hpp"
#include "media/sandboxed_decoder.hpp"
#include "model/speakers.hpp"
#include "runtime/environment.hpp"
#include "runtime/files.hpp"
#include "runtime/process_cost.hpp"
#include "runtime/stop_signals.hpp"
#include "runtime/system_clock.hpp"
#include "speech/cutter.hpp"
#include "speech/engine.hpp"

namespace app {
namespace {

ProgressBoard::Style progress_style(const TranscribeOptions& options) {
    if (options.quiet) return ProgressBoard::Style::quiet;
    return runtime::is_terminal(STDERR_FILENO) ? ProgressBoard::Style::terminal : ProgressBoard::Style::plain;
}

std::string describe(const media::Damage& damage) {
    std::array<char, 200> text{};
    if (damage.missing_seconds <= 0) {
        std::snprintf(text.data(), text.size(), "%s at %.1f s, no sound missing", damage.kind.c_str(),
                      damage.at_seconds);
        return text.data();
    }
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
        if (const auto warning = warning_of(outcome))
            print_warning(outcome.input.path.string() + ": " + tell(*warning));
        tell_broken_rules(outcome, rules);
        if (outcome.transcript && !outcome.error) print_note(describe(outcome));
    }
    if (!outcome.error) return;
    print_error(outcome.input.path.string() + ": " + tell(*outcome.error));
    if (const std::string remains = describe_remains(outcome); !quiet && !remains.empty()) print_note(remains);
}

// What goes to standard output, whole and when nothing else is being said.
void print_transcript(FileOutcome& outcome) {
    for (Output& output : outcome.outputs) {
        const auto printed = print_result(std::exchange(output.content, {}));
        if (!printed && !outcome.error) outcome.error = printed.error();
    }
}

// Of one file, when so many are transcribed at once: enough for every thread to have work, and memory for no more than
// twice as many as there are threads over all files together.
std::size_t batches_in_flight(std::size_t threads, std::size_t files) {
    constexpr std::size_t least = 2;
    return std::max(least, std::min(threads + 1, 2 * threads / files));
}

// Opens the files of a batch: the first one at once, on a thread of its own, so that its decoder starts while the
// models are read.
class Opener {
  public:
    Opener(const Request& request, const TranscribeOptions& options, const std::atomic<bool>& stop)
        : request_(request),
          channels_(options.channels_apart ? media::Channels::apart : media::Channels::mixed),
          stop_(stop),
          decoder_({.helper = runtime::program_folder() / "video-transcriber-decode", .stop = &stop}) {
        const auto& inputs = request.inputs.inputs;
        // A model that cannot be read is told before standard input, which may be typed, has come to its end.
        if (inputs.empty() || inputs.front().path == "-") return;
        first_.submit([this] { return open_now(0); });
    }

    // Each file once, on a thread that outlives the result.
    base::Result<OpenedFile> open(std::size_t file) {
        return file == 0 && !first_.empty() ? first_.take() : open_now(file);
    }

  private:
    base::Result<OpenedFile> open_now(std::size_t file) {
        return open_file(request_.inputs.inputs[file], decoder_, channels_, request_.plan, stop_);
    }

    const Request& request_;
    const media::Channels channels_;
    const std::atomic<bool>& stop_;
    media::SandboxedDecoder decoder_;
    runtime::Threads thread_{1};
    runtime::OrderedPool<base::Result<OpenedFile>> first_{thread_, 1};
};

// The files of a batch, several at once, in the order of the command line as far as anybody can see.
class Batch {
  public:
    Batch(Opener& opener, const Engine& engine, const Request& request, const TranscribeOptions& options,
          const base::Clock& clock)
        : opener_(opener),
          engine_(engine),
          request_(request),
          options_(options),
          clock_(clock),
          board_(progress_style(options), request.inputs.inputs.size(), clock) {}

    std::vector<FileOutcome> run() {
        const auto& inputs = request_.inputs.inputs;
        const std::size_t at_once = files_at_once();
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
    [[nodiscard]] std::size_t files_at_once() const {
        return std::clamp<std::size_t>(request_.inputs.inputs.size(), 1, request_.threads);
    }

    FileOutcome one(std::size_t file) {
        const auto start = clock_.now();
        speech::TranscribeOptions options{.language = request_.language.tag,
                                          .channels_apart = options_.channels_apart,
                                          .speaker_model = engine_.speaker_model,
                                          .speakers = model::known_speakers(options_.speakers),
                                          .engine_cpu_ns = &engine_cpu_ns_};
        options.batches_in_flight = batches_in_flight(request_.threads, files_at_once());
        auto outcome = transcribe_file(
            request_.inputs.inputs[file], opener_.open(file), engine_, options, request_.plan,
            [&](const model::MediaInfo& media) { board_.set_duration(file, media.duration_seconds); },
            [&](const speech::Progress& progress) { board_.set_done(file, progress.recognised_seconds); });
        board_.finish(file);
        outcome.elapsed_seconds = std::chrono::duration<double>(clock_.now() - start).count();
        return outcome;
    }

    FileOutcome told(FileOutcome outcome) {
        board_.aside([&] {
            print_transcript(outcome);
            tell_outcome(outcome, request_.plan.options.rules.name, options_.quiet);
        });
        return outcome;
    }

    Opener& opener_;
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

// What ends the command before any file: told, and reported when a script asked for the report.
int refuse(const base::Error& error, bool json) {
    print_error(tell(error));
    const std::array errors{ArgumentError{{}, error}};
    if (!json) return exit_code_for(error.code);
    const auto printed = print_result(json_report({}, errors, "", {}));
    if (printed) return exit_code_for(error.code);
    print_error(tell(printed.error()));
    return exit_failed;
}

int exit_code_of(std::span<const FileOutcome> outcomes, std::span<const ArgumentError> errors, bool stopped) {
    if (stopped) return exit_interrupted;
    const bool failed =
        std::ranges::any_of(outcomes, [](const FileOutcome& outcome) { return outcome.error.has_value(); });
    return failed || !errors.empty() ? exit_failed : exit_done;
}

struct Models {
    speech::VoiceActivityModel voice_activity;
    std::shared_ptr<const speech::Recogniser> recogniser;
    std::unique_ptr<speech::SpeakerModel> speaker_model;  // where speakers are told apart
};

int run_batch(const Request& request, const TranscribeOptions& options, const runtime::StopSignals& signals,
              Opener& opener, const Models& models) {
    const speech::SpeakerModel* speaker_model = models.speaker_model.get();
    const runtime::SystemClock clock;
    runtime::Threads threads(request.threads);
    const Engine engine{models.voice_activity, *models.recogniser, speaker_model, threads, signals.requested()};

    Batch batch(opener, engine, request, options, clock);
    for (const ArgumentError& error : request.inputs.errors)
        print_error(tell(error));
    const std::vector<FileOutcome> outcomes = batch.run();
    if (options.json) {
        const std::string fingerprint =
            speech::engine_fingerprint(*models.recogniser, models.voice_activity, speaker_model);
        const auto printed = print_result(json_report(outcomes, request.inputs.errors, fingerprint, cost_of(batch)));
        if (!printed) return refuse(printed.error(), false);
    }
    return exit_code_of(outcomes, request.inputs.errors, signals.requested().load());
}

base::Result<std::unique_ptr<speech::SpeakerModel>> load_speaker_model(const ModelStore& store,
                                                                       const TranscribeOptions& options) {
    if (options.speakers.empty()) return nullptr;
    const auto weights = store.speaker_weights();
    if (!weights) return std::unexpected(weights.error());
    return speech::load_speaker_model(*weights);
}

base::Result<std::shared_ptr<const speech::Recogniser>> load_recogniser(const ModelFolder& model,
                                                                        const Request& request,
                                                                        const TranscribeOptions& options) {
    const auto chosen = provider_for(options.provider);
    if (!chosen) return std::unexpected(chosen.error());
    if (!chosen->told.empty() && !options.quiet) print_warning(chosen->told);
    auto recogniser =
        speech::make_recogniser(model.description, model.path, request.language.engine_tag, chosen->provider);
    if (!recogniser) return std::unexpected(recogniser.error());
    if (!request.phrases.empty()) return (*recogniser)->with_phrases(request.phrases);
    return *std::move(recogniser);
}

base::Result<Models> load_models(const ModelStore& store, const ModelFolder& model, const Request& request,
                                 const TranscribeOptions& options) {
    const auto weights = store.voice_activity_weights();
    if (!weights) return std::unexpected(weights.error());
    auto voice_activity = speech::VoiceActivityModel::load(*weights);
    if (!voice_activity) return std::unexpected(voice_activity.error());
    auto recogniser = load_recogniser(model, request, options);
    if (!recogniser) return std::unexpected(recogniser.error());
    auto speaker_model = load_speaker_model(store, options);
    if (!speaker_model) return std::unexpected(speaker_model.error());
    return Models{*std::move(voice_activity), *std::move(recogniser), *std::move(speaker_model)};
}

int transcribe(const TranscribeOptions& options) {
    const runtime::StopSignals signals;  // before anything that takes time
    const ModelStore store = ModelStore::of_this_machine();
    const auto model = store.find(options.model);
    if (!model) return refuse(model.error(), options.json);
    const auto request = check(options, model->description);
    if (!request) return refuse(request.error(), options.json);
    Opener opener(*request, options, signals.requested());
    const auto models = load_models(store, *model, *request, options);
    if (!models) return refuse(models.error(), options.json);
    if (signals.requested())
        return refuse({base::ErrorCode::cancelled, "cancelled before any file was begun"}, options.json);
    return run_batch(*request, options, signals, opener, *models);
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
    options->model = default_model;
    const CLI::Validator not_empty(refuse_empty, "");
    command.add_option("FILE", options->files, "Files and folders; - is standard input")->required();
    command.add_option("-f,--format", options->formats, "Formats, with commas between: " + format_names())
        ->allow_extra_args(false)  // what follows a value is a FILE
        ->capture_default_str();
    command.add_option("-o,--output", options->output, "Folder for NAME.FORMAT (made when it is not there)")
        ->check(not_empty);
    command.add_option("-l,--language", options->language, "Language of the speech, as BCP 47 names it (en, en-GB)")
        ->check(not_empty);
    command.add_option("-m,--model", options->model, "Name of a model, or the path of its folder")
        ->check(not_empty)
        ->capture_default_str();
    command
        .add_option("--provider", options->provider,
                    "Where models run that sherpa-onnx reads: cpu, cuda, auto (a GPU where there is one)")
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}))
        ->capture_default_str();
    command
        .add_option("--vocabulary", options->vocabulary,
                    "File of words and names to listen for, one a line; - is standard input")
        ->check(not_empty);
    command.add_option("-t,--threads", options->threads, "Segments recognised at once (default: one a core)")
        ->check(CLI::Range(1, 1024));
    command.add_flag("--channels", options->channels_apart, "Transcribe each channel (up to 8) on its own");
    command.add_option("--subtitle-rules", options->subtitle_rules, "Rules that cues are cut by: " + rule_set_names())
        ->capture_default_str();
    command
        .add_option("--subtitle-settings", options->subtitle_settings,
                    "For --subtitle-rules custom: key=value,… such as max_line_characters=37,max_lines=1")
        ->check(not_empty);
    command.add_flag("--figures", options->wording.figures,
                     "Write spoken numbers, dates and times in figures (English)");
    command.add_flag("--mask-profanity", options->wording.mask_profanity, "Star out strong language (English)");
    command.add_option("--speakers", options->speakers, "Tell speakers apart: auto, or how many there are, such as 2")
        ->check(not_empty);
    command.add_flag("--strict", options->strict, "Refuse subtitles that break a rule, and list what breaks");
    command.add_flag("--json", options->json, "Report on standard output as JSON; transcripts go to files");
    command.add_flag("-q,--quiet", options->quiet, "Say nothing but errors");
    command.footer("Exit codes: 0 done, 1 something failed, 2 wrong usage (an option or its value), 130 interrupted.");
    command.callback([options, &chosen] { chosen = [options] { return transcribe(*options); }; });
}

}  // namespace app
