#include "services/session/listing.hpp"

#include <limits>

#include "base/ids.hpp"
#include "base/rfc3339.hpp"

namespace session {
namespace {

using base::Result;

struct PageEnd {
    std::int64_t created_ms = std::numeric_limits<std::int64_t>::max();
    std::string id = {};
};

Result<PageEnd> page_end(std::string_view after) {
    if (after.empty()) return PageEnd{};
    const std::size_t slash = std::min(after.find('/'), after.size());
    const auto created = base::from_rfc3339(after.substr(0, slash));
    const std::string_view id = after.substr(std::min(slash + 1, after.size()));
    if (!created || !base::is_id(id)) {
        return base::fail(base::ErrorCode::invalid_argument, "cursor must be one that the list of sessions has given");
    }
    return PageEnd{base::to_unix_ms(*created), std::string(id)};
}

// Each form walks an index in the order of the answer, so that a page costs what it shows. The search's sessions are
// found first, once.
std::string statement(bool by_state) {
    return "select * from session_sessions where tenant_id = :tenant and " +
           std::string(by_state ? "state = :state" : ":state = ''") +
           " and (:term_count = 0 or id in (select session_id from session_terms where tenant_id = :tenant and term in "
           "(" +
           std::string(unpacked_terms) +
           ") group by session_id having count(*) = :term_count))"
           " and (created_ms, id) < (:created_ms, :last_id) order by created_ms desc, id desc limit :limit";
}

}  // namespace

Result<std::vector<SessionRecord>> list_sessions(store::ReadTransaction& transaction, const SessionFilter& filter,
                                                 std::string_view after, std::int64_t limit) {
    const auto place = page_end(after);
    if (!place) return std::unexpected(place.error());
    const auto rows =
        transaction.query(statement(filter.state.has_value()),
                          {{"state", filter.state ? model::state_name(*filter.state) : std::string_view()},
                           {"terms", store::Bytes{packed(filter.terms)}},
                           {"term_count", static_cast<std::int64_t>(filter.terms.size())},
                           {"created_ms", place->created_ms},
                           {"last_id", place->id},
                           {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<SessionRecord> records;
    for (const store::Row& row : *rows) {
        auto record = read_session(transaction, row);
        if (!record) return std::unexpected(record.error());
        records.push_back(std::move(*record));
    }
    return records;
}

std::string cursor_after(const SessionRecord& record) {
    return base::to_rfc3339(base::from_unix_ms(record.created_ms)) + "/" + record.session.id;
}

}  // namespace session
