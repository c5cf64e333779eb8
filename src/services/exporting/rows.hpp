// The rows of exports. Functions run in the caller's transaction. Errors of everything here: those of the store.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "services/exporting/wish.hpp"
#include "store/transaction.hpp"

namespace exporting {

enum class State : std::uint8_t { queued, completed, failed };
std::string_view state_name(State state);

struct ExportRow {
    std::string id = {};
    std::string session_id = {};
    std::int64_t version = 0;  // of the transcript
    Wish wish = {};            // its version is left out
    State state = State::queued;
    std::int64_t size_bytes = 0;    // when completed
    std::string content_hash = {};  // SHA-256 of the file, when completed
    std::int64_t violation_count = 0;
    std::string violations = "[]";  // the first of them, as JSON
    std::string error_code = {};    // when failed
    std::string error_message = {};
    std::int64_t created_ms = 0;  // by the database's clock, as is updated_ms
    std::int64_t updated_ms = 0;
    std::int64_t row_version = 1;
};

/// Where the file is.
std::string blob_key(std::string_view session_id, std::string_view export_id);
std::string blob_prefix(std::string_view session_id);

/// As the API shows it.
base::Json to_json(const ExportRow& row);

/// A reading that is a Transaction keeps the row from others when `lock` is set.
base::Result<std::optional<ExportRow>> find_export(store::Reading& reading, std::string_view id, bool lock = false);

struct ExportPlace {
    std::int64_t created_ms = 0;
    std::string id = {};
};
/// At most `limit`, the oldest first, after this place.
base::Result<std::vector<ExportRow>> list_exports(store::Reading& reading, std::string_view session_id,
                                                  const ExportPlace& after, std::int64_t limit);

/// The row as it now is, with its times.
base::Result<ExportRow> insert_export(store::Transaction& transaction, const ExportRow& row);
/// State and results; gives the row as it now is.
base::Result<ExportRow> update_export(store::Transaction& transaction, const ExportRow& row);
base::Result<void> remove_export(store::Transaction& transaction, std::string_view id);
base::Result<void> remove_exports_of(store::Transaction& transaction, std::string_view session_id);

/// The session's title when the file was made, for its name; sealed.
base::Result<void> save_title(store::Transaction& transaction, std::string_view id, std::string_view title);
base::Result<std::string> title_of(store::ReadTransaction& transaction, std::string_view id);

base::Result<void> remember_erased(store::Transaction& transaction, std::string_view session_id);
base::Result<bool> is_erased(store::Reading& reading, std::string_view session_id);

}  // namespace exporting
