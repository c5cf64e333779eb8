#include "app/transcribe_file.hpp"

#include <array>
#include <cstdio>
#include <new>
#include <type_traits>

#include <sys/stat.h>
#include <unistd.h>

#include "runtime/files.hpp"

namespace app {
namespace {

using base::ErrorCode;
using base::Result;

Result<runtime::Descriptor> open_any(const Input& input, const std::atomic<bool>& stop) {
    if (input.path != "-") return runtime::open_for_reading(input.path);
    if (!runtime::is_seekable(STDIN_FILENO)) return runtime::spool(STDIN_FILENO, &stop);
    return runtime::Descriptor(dup(STDIN_FILENO));
}

// An empty file, of which there may be thousands, is not worth a decoder.
Result<runtime::Descriptor> open_input(const Input& input, const std::atomic<bool>& stop) {
    auto file = open_any(input, stop);
    struct stat status{};
    if (file && fstat(file->number(), &status) == 0 && status.st_size == 0)
        return base::fail(ErrorCode::file_empty, "the file has no bytes; copy it again");
    return file;
}

Result<Output> write_output(const Input& input, const formats::Format& format, const model::Transcript& transcript,
                            const OutputPlan& plan) {
    auto exported = formats::write(format, transcript, plan.options);
    if (!exported) return std::unexpected(exported.error());
    Output output{.format = &format, .violations = std::move(exported->violations)};
    if (!plan.folder) {
        output.content = std::move(exported->content);
        return output;
    }
    output.path = output_path(input, format, *plan.folder);
    auto written = runtime::write_file(output.path, exported->content);
    if (!written) return std::unexpected(written.error());
    return output;
}

// Before the work, not after it.
Result<void> probe_outputs(const Input& input, const OutputPlan& plan) {
    if (!plan.folder) return {};
    for (const formats::Format* format : plan.formats) {
        auto probed = runtime::probe_output(output_path(input, *format, *plan.folder));
        if (!probed) return probed;
    }
    return {};
}

// Every format is tried: one that is refused does not take the others with it.
void write_outputs(FileOutcome& outcome, const OutputPlan& plan) {
    for (const formats::Format* format : plan.formats) {
        auto output = write_output(outcome.input, *format, *outcome.transcript, plan);
        if (output) {
            outcome.outputs.push_back(std::move(*output));
        } else if (!outcome.error) {
            outcome.error = output.error();
        }
    }
}

std::optional<base::Error> truncation(const std::vector<media::Damage>& damages, double heard_seconds) {
    for (const media::Damage& damage : damages) {
        if (damage.kind != "truncated") continue;
        std::array<char, 200> text{};
        std::snprintf(
            text.data(), text.size(),
            "the file ends %.1f s before its time; the transcript covers the first %.1f s. Copy or download it again",
            damage.missing_seconds, heard_seconds);
        return base::Error{ErrorCode::media_truncated, text.data()};
    }
    return std::nullopt;
}

Result<OpenedFile> open(const Input& input, media::Decoder& decoder, media::Channels channels, const OutputPlan& plan,
                        const std::atomic<bool>& stop) {
    if (stop) return base::fail(ErrorCode::cancelled, "cancelled before it began");
    if (auto probed = probe_outputs(input, plan); !probed) return std::unexpected(probed.error());
    auto file = open_input(input, stop);
    if (!file) return std::unexpected(file.error());
    auto source = decoder.open(*file, channels);
    if (!source) return std::unexpected(source.error());
    return OpenedFile{*std::move(file), *std::move(source)};
}

Result<void> run(FileOutcome& outcome, const Result<OpenedFile>& file, const Engine& engine,
                 const speech::TranscribeOptions& options, const OutputPlan& plan,
                 const std::function<void(const model::MediaInfo&)>& opened, const speech::ProgressListener& progress) {
    if (!file) return std::unexpected(file.error());
    media::PcmSource& source = *file->source;
    outcome.media = source.info();
    opened(*outcome.media);
    auto transcript = speech::transcribe(source, engine.voice_activity, engine.recogniser, engine.threads, options,
                                         progress, engine.stop);
    if (!transcript) return std::unexpected(transcript.error());
    outcome.damages = source.summary().damages;
    outcome.transcript = std::move(*transcript);
    outcome.transcript->frame_rate_hz = model::frame_rate_of(*outcome.media);
    outcome.error = truncation(outcome.damages, outcome.transcript->duration_seconds);
    write_outputs(outcome, plan);
    return {};
}

// What is thrown in the middle of a file is that file's fault alone.
template <class Work>
std::invoke_result_t<Work> without_throwing(Work work) {
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return base::fail(ErrorCode::internal, "out of memory; close other programs or use fewer --threads");
    } catch (const std::exception& fault) {
        return base::fail(ErrorCode::internal, fault.what());
    }
}

}  // namespace

std::filesystem::path output_path(const Input& input, const formats::Format& format,
                                  const std::filesystem::path& folder) {
    std::filesystem::path path = folder / input.stem;
    path += "." + std::string(format.extension);
    return path;
}

Result<OpenedFile> open_file(const Input& input, media::Decoder& decoder, media::Channels channels,
                             const OutputPlan& plan, const std::atomic<bool>& stop) {
    return without_throwing([&] { return open(input, decoder, channels, plan, stop); });
}

FileOutcome transcribe_file(const Input& input, Result<OpenedFile> file, const Engine& engine,
                            const speech::TranscribeOptions& options, const OutputPlan& plan,
                            const std::function<void(const model::MediaInfo&)>& opened,
                            const speech::ProgressListener& progress) {
    FileOutcome outcome{.input = input};
    const auto done = without_throwing([&] { return run(outcome, file, engine, options, plan, opened, progress); });
    if (!done) outcome.error = done.error();
    return outcome;
}

}  // namespace app
