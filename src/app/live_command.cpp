// `video-transcriber live`: standard input is a recorder's raw samples or WAV; texts come while somebody speaks.
#include <cerrno>

#include <CLI/CLI.hpp>
#include <poll.h>
#include <unistd.h>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/model_store.hpp"
#include "app/option_values.hpp"
#include "app/progress.hpp"
#include "app/vocabulary_file.hpp"
#include "model/audio.hpp"
#include "runtime/environment.hpp"
#include "runtime/stop_signals.hpp"
#include "runtime/system_clock.hpp"
#include "services/transcription/live_messages.hpp"
#include "speech/cutter.hpp"
#include "speech/engine.hpp"
#include "speech/language.hpp"
#include "speech/resampler.hpp"
#include "speech/wav_header.hpp"

namespace app {
namespace {

using base::ErrorCode;
using base::Result;

struct LiveOptions {
    std::int64_t rate_hz = model::sample_rate_hz;
    std::string encoding = "pcm_s16le";
    std::string language;
    std::string model;
    std::string vocabulary;  // a file
    bool json = false;
};

// What is at hand of standard input.
class Input {
  public:
    explicit Input(const std::atomic<bool>& stop) : stop_(stop) {}

    /// The next bytes; none at the end, or when the user asked to stop.
    Result<std::string> read() {
        if (!begin_.empty()) return std::exchange(begin_, {});
        constexpr int longest_wait_ms = 200;
        std::string bytes(most_bytes, '\0');
        while (!stop_) {
            pollfd ready{STDIN_FILENO, POLLIN, 0};
            if (poll(&ready, 1, longest_wait_ms) <= 0) continue;
            const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) return base::fail_errno(ErrorCode::file_unreadable, "cannot read standard input", errno);
            bytes.resize(static_cast<std::size_t>(size));
            return bytes;
        }
        return std::string();
    }
    /// Gives bytes back, for the next read.
    void put_back(std::string bytes) { begin_ = std::move(bytes); }
    /// Whether another read would give something at once.
    [[nodiscard]] bool waits() const {
        pollfd ready{STDIN_FILENO, POLLIN, 0};
        return !begin_.empty() || poll(&ready, 1, 0) == 1;
    }

  private:
    static constexpr std::size_t most_bytes = std::size_t{16} * 1024;
    const std::atomic<bool>& stop_;
    std::string begin_;
};

// The header of a WAV, when the input has one; the options, when it has none.
Result<speech::WavHeader> read_header(Input& input, const LiveOptions& options) {
    const auto encoding = speech::parse_sample_encoding(options.encoding);
    if (!encoding) return std::unexpected(encoding.error());
    speech::WavHeader header{
        .sample_rate_hz = options.rate_hz, .encoding = *encoding, .size_bytes = 0, .data_bytes = {}};
    std::string begin;
    while (speech::may_be_wav(begin)) {
        const auto more = input.read();
        if (!more) return std::unexpected(more.error());
        begin += *more;
        const auto wav = speech::may_be_wav(begin) ? speech::read_wav_header(begin) : std::nullopt;
        if (!wav) return std::unexpected(wav.error());
        if (*wav) header = **wav;
        if (*wav || more->empty()) break;
    }
    input.put_back(begin.substr(header.size_bytes));
    return header;
}

// Finals on standard output; partials on a terminal, in a line that is written anew.
class Teller {
  public:
    explicit Teller(const LiveOptions& options)
        : json_(options.json), terminal_(!json_ && runtime::is_terminal(STDERR_FILENO)) {}

    Result<void> partial(const speech::LivePartial& partial) {
        if (json_) return line(transcription::partial_message(segments_, partial));
        if (terminal_) draw(partial.text);
        return {};
    }
    Result<void> finals(const std::vector<speech::LiveFinal>& finals, const speech::LiveDelay& delay) {
        for (const speech::LiveFinal& final : finals) {
            if (terminal_) draw("");
            const std::int64_t segment = segments_++;
            Result<void> told;
            if (json_) {
                told = line(transcription::final_message(segment, final, delay));
            } else if (final.segment) {
                told = line(clock_text(final.segment->time.start_seconds) + "  " + final.segment->text);
            }
            if (!told) return told;
        }
        return {};
    }
    Result<void> done(double seconds, const speech::LiveDelay& delay) const {
        return json_ ? line(transcription::done_message(segments_, seconds, delay, "")) : Result<void>();
    }

  private:
    static Result<void> line(const std::string& text) { return print_result(text + "\n"); }
    // The end of the text: what has just been said.
    static void draw(const std::string& text) {
        const std::size_t columns = runtime::terminal_columns(STDERR_FILENO) - 1;
        std::size_t from = text.size() > columns ? text.size() - columns : 0;
        while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U)
            ++from;
        const std::string drawn = "\r\x1b[K" + text.substr(from);
        [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, drawn.data(), drawn.size());
    }

    bool json_;
    bool terminal_;
    std::int64_t segments_ = 0;
};

Result<void> listen(Input& input, const LiveOptions& options, const speech::VoiceActivityModel& voice_activity,
                    const speech::Recogniser& recogniser) {
    const runtime::SystemClock clock;
    const auto header = read_header(input, options);
    if (!header) return std::unexpected(header.error());
    auto resampler = speech::Resampler::create(header->sample_rate_hz);
    if (!resampler) return std::unexpected(resampler.error());
    speech::LiveSamples samples(header->encoding);
    speech::LiveTranscription live(voice_activity, recogniser, clock);
    Teller teller(options);
    std::uint64_t left_bytes = header->data_bytes.value_or(UINT64_MAX);
    std::int64_t heard_samples = 0;
    const auto hear = [&](const std::vector<float>& block) -> Result<void> {
        heard_samples += std::ssize(block);
        const auto finals = live.push(block, clock.now());
        return finals ? teller.finals(*finals, live.delay()) : std::unexpected(finals.error());
    };
    while (left_bytes > 0) {
        auto bytes = input.read();
        if (!bytes) return std::unexpected(bytes.error());
        if (bytes->empty()) break;
        bytes->resize(std::min<std::uint64_t>(bytes->size(), left_bytes));
        left_bytes -= bytes->size();
        if (auto heard = hear(resampler->push(samples.push(std::as_bytes(std::span(*bytes))))); !heard) return heard;
        if (input.waits()) continue;
        const auto partial = live.partial();
        if (!partial) return std::unexpected(partial.error());
        if (*partial) {
            if (auto told = teller.partial(**partial); !told) return told;
        }
    }
    if (auto heard = hear(resampler->finish()); !heard) return heard;
    const auto finals = live.finish();
    if (!finals) return std::unexpected(finals.error());
    if (auto told = teller.finals(*finals, live.delay()); !told) return told;
    return teller.done(model::seconds_of_samples(heard_samples), live.delay());
}

int refuse(const base::Error& error) {
    print_error(tell(error));
    return exit_code_for(error.code);
}

// The engine's recogniser, with the words to listen for.
Result<std::shared_ptr<const speech::Recogniser>> make_listener(const ModelFolder& model, const std::string& language,
                                                                const std::vector<std::string>& phrases) {
    auto engine = speech::make_recogniser(model.description, model.path, language);
    if (!engine) return std::unexpected(engine.error());
    if (phrases.empty()) return std::shared_ptr<const speech::Recogniser>(*std::move(engine));
    return (*engine)->with_phrases(phrases);
}

Result<std::vector<std::string>> read_phrases(const LiveOptions& options) {
    if (options.vocabulary != "-") return read_vocabulary(options.vocabulary);
    return base::fail(ErrorCode::invalid_argument,
                      "standard input is the audio: --vocabulary needs a file, one word or name a line");
}

int run_live(const LiveOptions& options) {
    const runtime::StopSignals signals;
    const ModelStore store = ModelStore::of_this_machine();
    const auto model = store.find(options.model.empty() ? std::string(default_model) : options.model);
    if (!model) return refuse(model.error());
    const auto language = speech::choose_language(options.language, model->description.languages);
    if (!language) return refuse(language.error());
    const auto weights = store.voice_activity_weights();
    if (!weights) return refuse(weights.error());
    const auto voice_activity = speech::VoiceActivityModel::load(*weights);
    if (!voice_activity) return refuse(voice_activity.error());
    const auto phrases = read_phrases(options);
    if (!phrases) return refuse(phrases.error());
    const auto recogniser = make_listener(*model, language->engine_tag, *phrases);
    if (!recogniser) return refuse(recogniser.error());
    if (runtime::is_terminal(STDIN_FILENO))
        return refuse({ErrorCode::invalid_argument,
                       "standard input is a terminal: pipe audio in, such as arecord -f S16_LE -r 16000 -c 1 | "
                       "video-transcriber live"});
    Input input(signals.requested());
    if (auto heard = listen(input, options, *voice_activity, **recogniser); !heard) return refuse(heard.error());
    return signals.requested() ? exit_interrupted : exit_done;
}

}  // namespace

void declare_live(CLI::App& command, Action& chosen) {
    const auto options = std::make_shared<LiveOptions>();
    command
        .add_option("--rate", options->rate_hz, "Samples a second of raw input, 8000 to 48000 (a WAV says it itself)")
        ->capture_default_str();
    command.add_option("--encoding", options->encoding, "Of raw input: pcm_s16le, pcm_f32le or mulaw")
        ->capture_default_str();
    command.add_option("--language", options->language, "Language of the speech (default: the model's)");
    command.add_option("--model", options->model, "Name of an installed model, or a model's folder");
    command.add_option("--vocabulary", options->vocabulary, "File of words and names to listen for, one a line")
        ->check(CLI::Validator(refuse_empty, ""));
    command.add_flag("--json", options->json, "Every partial and final text as a line of JSON, as over the API");
    command.footer(
        "Standard input is one channel of raw samples or WAV: arecord -f S16_LE -r 16000 -c 1 | "
        "video-transcriber live. Ctrl-C tells what was said so far.");
    command.callback([options, &chosen] { chosen = [options] { return run_live(*options); }; });
}

}  // namespace app
