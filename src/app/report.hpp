// The report of `transcribe --json`, for scripts. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "app/transcribe_file.hpp"

namespace app {

/// CPU time of the batch, in seconds: what the engine's own calls took, what this process took in all, what its
/// decoders took.
struct BatchCost {
    double engine_cpu_seconds = 0;
    double process_cpu_seconds = 0;
    double decoder_cpu_seconds = 0;
    double elapsed_seconds = 0;
    std::int64_t peak_memory_bytes = 0;  // of this process; its decoders are processes of their own
};

/// One JSON document; README documents its keys. `errors` are those that belong to no file. `engine` is the fingerprint
/// of the transcripts.
std::string json_report(std::span<const FileOutcome> outcomes, std::span<const ArgumentError> errors,
                        const std::string& engine, const BatchCost& cost);

/// "completed" or "failed".
const char* status_of(const FileOutcome& outcome);

/// What is to be known of a transcript that is there all the same.
std::optional<base::Error> warning_of(const FileOutcome& outcome);

/// One line for people about a file that is done: "talk.mp4: 0:42 in 1.9 s (22.0x), 3 segments, talk.srt".
std::string describe(const FileOutcome& outcome);

/// One line about what a file that failed has got all the same, "talk.mp4: written all the same: talk.srt"; empty when
/// that is nothing.
std::string describe_remains(const FileOutcome& outcome);

/// "PATH: CODE: message"; without the path when it is empty.
std::string tell(const ArgumentError& error);

}  // namespace app
