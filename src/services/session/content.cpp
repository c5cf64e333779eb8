#include "services/session/content.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "base/sha256.hpp"
#include "model/transcript_json.hpp"

namespace session {

using base::ErrorCode;
using base::Result;

std::string content_prefix(std::string_view session_id) {
    return "transcripts/" + std::string(session_id) + "/";
}

std::string content_key(std::string_view session_id, std::string_view content_hash) {
    return content_prefix(session_id) + std::string(content_hash);
}

std::string content_hash_of(std::string_view bytes) {
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(bytes)));
    return hash.finish_hex();
}

Result<model::Transcript> read_content(blob::Blobs& blobs, std::string_view tenant_id, std::string_view blob_key,
                                       std::string_view content_hash) {
    const auto tenant = blobs.tenant(tenant_id);
    if (!tenant) return std::unexpected(tenant.error());
    const auto bytes = blob::read(**tenant, blob_key, model::largest_transcript_bytes);
    if (!bytes) return std::unexpected(bytes.error());
    if (content_hash_of(*bytes) != content_hash)
        return base::fail(ErrorCode::blob_corrupt, "the transcript is not the one that was announced");
    return model::parse_transcript(*bytes);
}

Result<void> write_content(blob::Blobs& blobs, std::string_view tenant_id, std::string_view session_id,
                           std::string_view content_hash, std::string_view bytes) {
    const auto tenant = blobs.tenant(tenant_id);
    if (!tenant) return std::unexpected(tenant.error());
    const auto source = [rest = bytes](std::span<std::byte> buffer) mutable -> Result<std::size_t> {
        const std::size_t size = std::min(buffer.size(), rest.size());
        if (size > 0) std::memcpy(buffer.data(), rest.data(), size);
        rest.remove_prefix(size);
        return size;
    };
    const auto written = blob::write(**tenant, content_key(session_id, content_hash), {}, source);
    if (written || written.error().code == ErrorCode::blob_exists) return {};
    return std::unexpected(written.error());
}

WordSet words_of(const model::Transcript& transcript) {
    WordSet words;
    for (const model::Segment& segment : transcript.segments)
        words.add_text(segment.text);
    for (const model::Speaker& speaker : transcript.speakers)
        words.add_text(speaker.name);
    return words;
}

}  // namespace session
