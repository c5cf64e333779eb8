// What the sandboxed decoder may use, and how the limits travel to it: as arguments of its command line.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace media {

struct DecodeLimits {
    std::int64_t memory_bytes = std::int64_t{512} << 20U;  // beyond what the program itself occupies when it starts
    std::int64_t cpu_seconds = 3600;
    std::int64_t max_seconds = 24 * 3600;  // of audio
    std::int64_t channels_apart = 1;       // so many at most are given apart; 1: all are mixed
};

/// The helper's command line, without its own name: "--memory-bytes=N" and so on, every limit once.
std::vector<std::string> to_arguments(const DecodeLimits& limits);

/// The inverse. Errors: invalid_argument for anything that to_arguments does not write.
base::Result<DecodeLimits> parse_arguments(std::span<const char* const> arguments);

}  // namespace media
