// The events of this service: each told in the transaction that makes it true.
#pragma once
#include "services/session/record.hpp"
#include "services/session/versions.hpp"
#include "store/transaction.hpp"

namespace session {

/// A run is wanted of the video: session.queued. `has_words`: there is a vocabulary to ask for.
base::Result<void> announce_queued(store::Transaction& transaction, const SessionRecord& record, bool has_words);
/// The transcript version is there: session.completed.
base::Result<void> announce_completed(store::Transaction& transaction, const SessionRecord& record,
                                      const TranscriptVersion& version);
/// session.failed, with the record's error. `occasion` tells this failure from others of the session: the run's or the
/// upload's id.
base::Result<void> announce_failed(store::Transaction& transaction, const SessionRecord& record,
                                   std::string_view occasion);
base::Result<void> announce_cancelled(store::Transaction& transaction, const SessionRecord& record);
base::Result<void> announce_deleted(store::Transaction& transaction, std::string_view session_id);
/// transcript.edited, of the transcript that this run made.
base::Result<void> announce_edited(store::Transaction& transaction, const TranscriptVersion& version,
                                   std::string_view run_id);

}  // namespace session
