// A session's row: the model's Session and what people said about it. Read and written in transactions of its tenant;
// its state changes by model::apply alone, and a write compares the row's version.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "model/session.hpp"
#include "services/session/fields.hpp"
#include "store/transaction.hpp"

namespace session {

struct SessionRecord {
    model::Session session = {};
    SessionFields said = {};
    std::int64_t run_number = 0;  // of the current run, from 1; 0 before the first
    std::string video_key = {};   // the blob; empty until video.uploaded has told it
    std::optional<std::int64_t> transcript_version = {};
    std::optional<double> duration_seconds = {};
    std::string warning_code = {};  // of the newest run's transcript (model::warning_about); empty when there is none
    std::int64_t created_ms = 0;
    std::int64_t updated_ms = 0;
    bool operator==(const SessionRecord&) const = default;
};

/// The id of a session's n-th run, from 1.
std::string run_id_of(std::string_view session_id, std::int64_t run_number);

/// As the API shows it.
base::Json to_json(const SessionRecord& record);

/// Absent when there is none of that id. In a write transaction the row is kept from others until it ends.
base::Result<std::optional<SessionRecord>> find_session(store::ReadTransaction& transaction, std::string_view id);
base::Result<std::optional<SessionRecord>> find_session(store::Transaction& transaction, std::string_view id);

/// The same. Errors: not_found.
base::Result<SessionRecord> get_session(store::ReadTransaction& transaction, std::string_view id);
base::Result<SessionRecord> get_session(store::Transaction& transaction, std::string_view id);

/// Fills in the times. Errors: conflict (the id is taken).
base::Result<void> insert_session(store::Transaction& transaction, SessionRecord& record);

/// Writes what is different from `before`, with the row's version grown, and fills in the time; nothing when nothing
/// is. Errors: database_busy when somebody has changed the row since it was read.
base::Result<void> save_session(store::Transaction& transaction, const SessionRecord& before, SessionRecord& after);

/// Applies the change of state and saves it. Gives whether anything changed. Errors: conflict, as model::apply; those
/// of save_session.
base::Result<bool> change_session(store::Transaction& transaction, SessionRecord& record,
                                  const model::SessionChange& change);

/// One that is not there is not to be made any more.
base::Result<void> refuse_session(store::Transaction& transaction, std::string_view id);
/// So that it is not made again.
base::Result<void> delete_session(store::Transaction& transaction, std::string_view id);
base::Result<bool> was_deleted(store::Transaction& transaction, std::string_view id);

/// A row of session_sessions, all columns.
base::Result<SessionRecord> read_session(store::ReadTransaction& transaction, const store::Row& row);

}  // namespace session
