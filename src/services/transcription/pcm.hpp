// A segment's samples as a blob: 32-bit floats, little-endian, mono 16 kHz.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "blob/blobs.hpp"

namespace transcription {

/// A key of its own for each claim of the plan: a writer that has lost its claim never meets its successor.
std::string pcm_key(std::string_view run_id, std::int64_t index, std::int64_t claim_token);
/// Durable when it returns.
base::Result<void> write_pcm(blob::TenantBlobs& blobs, std::string_view key, std::span<const float> samples);
/// Errors: those of blob::read; blob_corrupt when its length is not one of samples.
base::Result<std::vector<float>> read_pcm(blob::TenantBlobs& blobs, std::string_view key);

}  // namespace transcription
