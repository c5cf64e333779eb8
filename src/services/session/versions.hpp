// The versions of a session's transcript: rows that never change. The words themselves are blobs (content.hpp).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/transcript.hpp"
#include "services/session/record.hpp"
#include "services/session/search_index.hpp"
#include "store/transaction.hpp"

namespace session {

inline constexpr std::string_view made_by_run = "run";
inline constexpr std::string_view made_by_edit = "edit";

struct TranscriptVersion {
    std::string id = {};  // transcript_id(session, content, parent)
    std::string session_id = {};
    std::int64_t version = 1;       // counts from 1
    std::string parent = {};        // the id of the version before; empty for the first
    std::string origin = {};        // made_by_run or made_by_edit
    std::string content_hash = {};  // SHA-256 of the canonical JSON, hexadecimal
    std::string blob_key = {};
    std::string language = {};
    std::string engine = {};
    double duration_seconds = 0;
    std::int64_t created_ms = 0;
    std::string created_by = {};  // the run's id, or the user's
    bool operator==(const TranscriptVersion&) const = default;
};

/// The version that this content is of a session whose newest version is `newest`.
TranscriptVersion next_version(std::string_view session_id, const std::optional<TranscriptVersion>& newest,
                               const model::Transcript& transcript, std::string_view content_hash);

/// The strong entity tag: what a version says, in quotation marks.
std::string content_tag(const TranscriptVersion& version);

/// As the API shows it.
base::Json to_json(const TranscriptVersion& version);

/// The given version, or the newest; absent when there is none.
base::Result<std::optional<TranscriptVersion>> find_version(store::Reading& transaction, std::string_view session_id,
                                                            std::optional<std::int64_t> version = {});

/// The run whose transcript the newest version is or was made of; empty when there is none.
base::Result<std::string> find_run_of_newest(store::Reading& transaction, std::string_view session_id);

/// Newest first, those below `before` (0: all), at most `limit`.
base::Result<std::vector<TranscriptVersion>> list_versions(store::Reading& transaction, std::string_view session_id,
                                                           std::int64_t before, std::int64_t limit);

/// Writes the row, makes it the record's newest (which the caller saves), and makes its words the session's.
base::Result<void> add_version(store::Transaction& transaction, SessionRecord& record, const TranscriptVersion& version,
                               const IndexedWords& words);

base::Result<void> delete_versions(store::Transaction& transaction, std::string_view session_id);

}  // namespace session
