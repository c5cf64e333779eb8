// The words of transcripts as blobs: canonical JSON (model/transcript_json.hpp) under the hash of its own bytes.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "blob/blobs.hpp"
#include "model/transcript.hpp"
#include "services/session/words.hpp"

namespace session {

std::string content_key(std::string_view session_id, std::string_view content_hash);
/// Under which all transcripts of a session are.
std::string content_prefix(std::string_view session_id);

/// SHA-256, hexadecimal.
std::string content_hash_of(std::string_view bytes);

/// Errors: those of blob::read; blob_corrupt when the bytes are not those of that hash; those of parse_transcript.
base::Result<model::Transcript> read_content(blob::Blobs& blobs, std::string_view tenant_id, std::string_view blob_key,
                                             std::string_view content_hash);

/// Makes the bytes durable under their key; also when they are there already.
base::Result<void> write_content(blob::Blobs& blobs, std::string_view tenant_id, std::string_view session_id,
                                 std::string_view content_hash, std::string_view bytes);

/// What search finds the transcript by.
WordSet words_of(const model::Transcript& transcript);

}  // namespace session
