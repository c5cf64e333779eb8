#include "services/transcription/pcm.hpp"

#include <bit>
#include <cstring>

#include "services/transcription/work.hpp"

namespace transcription {

static_assert(std::endian::native == std::endian::little, "the samples of blobs are kept as this machine has them");

std::string pcm_key(std::string_view run_id, std::int64_t index, std::int64_t claim_token) {
    return pcm_prefix(run_id) + std::to_string(index) + "." + std::to_string(claim_token);
}

base::Result<void> write_pcm(blob::TenantBlobs& blobs, std::string_view key, std::span<const float> samples) {
    const auto written = blobs.put(key, {}, std::as_bytes(samples));
    if (!written) return std::unexpected(written.error());
    return {};
}

base::Result<std::vector<float>> read_pcm(blob::TenantBlobs& blobs, std::string_view key) {
    const auto bytes = blob::read(blobs, key, blob::usual_part_bytes);
    if (!bytes) return std::unexpected(bytes.error());
    if (bytes->size() % sizeof(float) != 0) {
        return base::fail(base::ErrorCode::blob_corrupt, "the blob " + std::string(key) + " ends inside a sample");
    }
    std::vector<float> samples(bytes->size() / sizeof(float));
    std::memcpy(samples.data(), bytes->data(), bytes->size());
    return samples;
}

}  // namespace transcription
