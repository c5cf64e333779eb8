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

/// One JSON document; README documents its keys. `errors` are those that belong to no file.
std::string json_report(std::span<const FileOutcome> outcomes, std::span<const base::Error> errors,
                        const std::string& engine, const BatchCost& cost);

/// "completed" or "failed".
const char* status_of(const FileOutcome& outcome);

/// One line for people about a file that is done: "talk.mp4: 0:42 in 1.9 s (22.0x), 3 segments, talk.srt".
std::string describe(const FileOutcome& outcome);

}  // namespace app
