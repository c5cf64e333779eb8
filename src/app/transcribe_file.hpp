// One file's way: open, decode, transcribe, write every format. What a batch repeats.
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/inputs.hpp"
#include "base/error.hpp"
#include "formats/formats.hpp"
#include "media/decoder.hpp"
#include "model/transcript.hpp"
#include "runtime/ordered_pool.hpp"
#include "speech/recogniser.hpp"
#include "speech/transcriber.hpp"
#include "speech/voice_activity.hpp"

namespace app {

/// What all files of a batch share; everything outlives the batch, and may be used from any thread.
struct Engine {
    const speech::VoiceActivityModel& voice_activity;
    const speech::Recogniser& recogniser;
    const speech::SpeakerModel* speaker_model;  // absent: speakers are not told apart
    runtime::Threads& threads;
    const std::atomic<bool>& stop;
};

struct OutputPlan {
    std::vector<const formats::Format*> formats;
    formats::ExportOptions options;
    std::optional<std::filesystem::path> folder;  // absent: the one format goes to standard output
};

struct Output {
    const formats::Format* format = nullptr;
    std::filesystem::path path;  // empty: standard output
    std::string content;         // for standard output, which is the caller's to write; empty for a file
    std::vector<formats::RuleViolation> violations;
};

struct FileOutcome {
    Input input;
    std::optional<base::Error> error;  // the file failed; what was written before stands in `outputs`
    std::optional<model::MediaInfo> media;
    std::vector<media::Damage> damages;
    std::optional<model::Transcript> transcript;
    std::vector<Output> outputs;
    double elapsed_seconds = 0;
};

/// A file whose decoder runs.
struct OpenedFile {
    runtime::Descriptor file;
    std::unique_ptr<media::PcmSource> source;  // of that descriptor
};

/// Where a file's output in this format goes, given the folder of the batch.
std::filesystem::path output_path(const Input& input, const formats::Format& format,
                                  const std::filesystem::path& folder);

/// The first half of a file's way, which needs no model. The thread must outlive the result (media::SandboxedDecoder).
/// Never throws. Errors: output_failed and the like (an output that cannot be written, before the file is opened),
/// those of the file and of the decoder, cancelled.
base::Result<OpenedFile> open_file(const Input& input, media::Decoder& decoder, media::Channels channels,
                                   const OutputPlan& plan, const std::atomic<bool>& stop);

/// The other half. Never throws and never gives up the batch: every fault is in the outcome, that of `file` too. A
/// truncated file is transcribed as far as it goes, its outputs are written, and its error is media_truncated.
FileOutcome transcribe_file(const Input& input, base::Result<OpenedFile> file, const Engine& engine,
                            const speech::TranscribeOptions& options, const OutputPlan& plan,
                            const std::function<void(const model::MediaInfo&)>& opened,
                            const speech::ProgressListener& progress);

}  // namespace app
