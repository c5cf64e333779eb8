// The rows of analyses: one a session and transcript hash. Functions run in the caller's transaction; those that change
// a row lock it before. Errors of everything here: those of the store.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "store/transaction.hpp"

namespace analysis {

enum class State : std::uint8_t { running, completed, failed };
std::string_view state_name(State state);

/// Where a transcript stands among those of its session.
struct Recency {
    std::int64_t told_ms = 0;  // when its event was told
    std::int64_t version = 0;  // of an edit; 0 for what a run gave, whose version the event does not know
};
/// Two edits follow their versions, whichever event came first. A run and anything else follow the time of their
/// events: one ends before people edit what it gave or ask for another. At the same time an edit is the newer one.
bool is_newer(const Recency& left, const Recency& right);

struct Analysis {
    std::string id = {};
    std::string session_id = {};
    std::string transcript_hash = {};
    State state = State::running;
    Recency recency = {};
    std::string error_code = {};  // when failed
    std::string error_message = {};
};

/// The same for the same session and transcript, so that nothing is analysed twice.
std::string analysis_id(std::string_view session_id, std::string_view transcript_hash);

/// All of a session; there are few: older ones go when a newer one is finished.
base::Result<std::vector<Analysis>> analyses_of(store::Reading& reading, std::string_view session_id, bool lock);
base::Result<std::optional<Analysis>> lock_analysis(store::Transaction& transaction, std::string_view id);
/// The newest of those in this state; null pointer when there is none.
const Analysis* newest(const std::vector<Analysis>& analyses, State state);

base::Result<void> insert_analysis(store::Transaction& transaction, const Analysis& analysis);
/// State, recency and error.
base::Result<void> update_analysis(store::Transaction& transaction, const Analysis& analysis);
base::Result<void> remove_analysis(store::Transaction& transaction, std::string_view id);
base::Result<void> remove_analyses_of(store::Transaction& transaction, std::string_view session_id);

/// The JSON of the findings, sealed: it is made of what people said.
base::Result<void> save_findings(store::Transaction& transaction, std::string_view id, std::string_view findings);
/// Errors: not_found, those of the vault.
base::Result<std::string> findings_of(store::ReadTransaction& transaction, std::string_view id);

base::Result<void> remember_erased(store::Transaction& transaction, std::string_view session_id);
base::Result<bool> is_erased(store::Transaction& transaction, std::string_view session_id);

}  // namespace analysis
