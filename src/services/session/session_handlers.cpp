#include "flow/requests.hpp"
#include "services/session/adoption.hpp"
#include "services/session/announcements.hpp"
#include "services/session/erasure.hpp"
#include "services/session/handlers.hpp"
#include "services/session/listing.hpp"
#include "services/session/search_index.hpp"
#include "services/session/versions.hpp"
#include "services/session/vocabulary.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::Result;
using flow::Platform;
using model::Action;
using model::Principal;
using runtime::Context;
using runtime::Request;
using runtime::Response;
using store::Transaction;

Result<void> index_title(const Platform& platform, Transaction& transaction, const SessionRecord& record) {
    const auto key = search_key(transaction, platform.random);
    if (!key) return std::unexpected(key.error());
    WordSet words;
    words.add_text(record.said.title);
    return index_session(transaction, record.session.id, Place::title, index_words(*key, words));
}

// A new session of the principal's, which waits for its upload.
Result<SessionRecord> make_session(const Platform& platform, Transaction& transaction, const Principal& principal,
                                   std::string_view id, const SessionFields& said) {
    SessionRecord record{.session = {.tenant_id = principal.tenant_id, .id = std::string(id), .owner_id = principal.id},
                         .said = said};
    record.said.vocabulary.reset();
    auto done = insert_session(transaction, record);
    if (done && said.vocabulary) done = keep_vocabulary(transaction, id, *said.vocabulary);
    if (done) done = index_title(platform, transaction, record);
    if (done) done = audit(transaction, principal, Action::session_create, id);
    if (!done) return std::unexpected(done.error());
    return record;
}

Result<SessionFields> said_in(const Platform& platform, const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    return parse_session_fields(*body, platform.config.text("session.default_language"));
}

Result<Response> create(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_create);
    if (!principal) return std::unexpected(principal.error());
    const auto said = said_in(platform, request);
    if (!said) return std::unexpected(said.error());
    const auto effect = [&](Transaction& transaction) -> Result<Response> {
        const auto record = make_session(platform, transaction, *principal, platform.ids.next(), *said);
        if (!record) return std::unexpected(record.error());
        Response response = session_response(201, *record);
        response.headers.set("Location", "/v1/sessions/" + record->session.id);
        return response;
    };
    return flow::in_transaction(platform, service_name, request, context, *principal, effect);
}

// The upload service has made the id, so that the call can be repeated.
Result<Response> put(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_create);
    if (!principal) return std::unexpected(principal.error());
    const std::string_view id = request.path_parameter("id");
    if (!base::is_id(id)) return base::fail(ErrorCode::invalid_argument, "the session's id must be a UUID");
    const auto said = said_in(platform, request);
    if (!said) return std::unexpected(said.error());
    return in_write(platform, context, *principal, [&](Transaction& transaction) -> Result<Response> {
        const auto found = find_session(transaction, id);
        if (!found) return std::unexpected(found.error());
        if (found->has_value()) {
            const auto there = session_for(transaction, *principal, Action::session_update, request);
            if (!there) return std::unexpected(there.error());
            return session_response(200, *there);
        }
        const auto deleted = was_deleted(transaction, id);
        if (!deleted) return std::unexpected(deleted.error());
        if (*deleted) return base::fail(ErrorCode::not_found, "the session was deleted");
        const auto made = make_session(platform, transaction, *principal, id, *said);
        if (!made) return std::unexpected(made.error());
        return session_response(201, *made);
    });
}

Result<Response> get(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_read);
    if (!principal) return std::unexpected(principal.error());
    if (const auto checked = check_query(request, {}); !checked) return std::unexpected(checked.error());
    auto transaction = begin_read(platform, *principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    const auto record = session_for(*transaction, *principal, Action::session_read, request);
    if (!record) return std::unexpected(record.error());
    return session_response(200, *record);
}

struct ListQuery {
    flow::PageQuery page;
    std::optional<model::SessionState> state;
    std::vector<std::string> words;
};

Result<ListQuery> list_query(const Request& request) {
    if (const auto checked = check_query(request, {"status", "q", "limit", "cursor"}); !checked)
        return std::unexpected(checked.error());
    const auto page = flow::page_query(request);
    if (!page) return std::unexpected(page.error());
    ListQuery query{*page, std::nullopt, {}};
    if (const auto status = request.query_parameter("status")) {
        query.state = model::parse_session_state(*status);
        if (!query.state) {
            return base::fail(ErrorCode::invalid_argument,
                              "status must be uploading, queued, transcribing, completed, failed or cancelled");
        }
    }
    if (const auto text = request.query_parameter("q")) {
        auto words = query_words(*text);
        if (!words) return std::unexpected(words.error());
        query.words = std::move(*words);
    }
    return query;
}

// One more than the page, to know whether there is another.
Result<std::vector<SessionRecord>> find_page(store::ReadTransaction& transaction, const ListQuery& query) {
    SessionFilter filter{.state = query.state};
    if (!query.words.empty()) {
        const auto key = find_search_key(transaction);
        if (!key) return std::unexpected(key.error());
        if (!key->has_value()) return std::vector<SessionRecord>();
        for (const std::string& word : query.words)
            filter.terms.insert(term_of(**key, word));
    }
    return list_sessions(transaction, filter, query.page.after, query.page.limit + 1);
}

Result<Response> list(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_read);
    if (!principal) return std::unexpected(principal.error());
    const auto query = list_query(request);
    if (!query) return std::unexpected(query.error());
    auto transaction = begin_read(platform, *principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    auto records = find_page(*transaction, *query);
    if (!records) return std::unexpected(records.error());
    std::optional<std::string> next;
    if (std::ssize(*records) > query->page.limit) {
        records->pop_back();
        next = flow::to_cursor(cursor_after(records->back()));
    }
    base::JsonArray items;
    for (const SessionRecord& record : *records)
        items.push_back(to_json(record));
    return flow::page_response(std::move(items), next);
}

Result<std::string> new_title(const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the session");
    const std::string title = fields.text("title", longest_title_bytes);
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return parse_title(title);
}

Result<Response> rename(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_update);
    if (!principal) return std::unexpected(principal.error());
    const auto title = new_title(request);
    if (!title) return std::unexpected(title.error());
    return in_write(platform, context, *principal, [&](Transaction& transaction) -> Result<Response> {
        auto record = session_for(transaction, *principal, Action::session_update, request);
        if (!record) return std::unexpected(record.error());
        auto done = flow::check_if_match(request, flow::entity_tag(record->session.row_version));
        if (!done) return std::unexpected(done.error());
        const SessionRecord before = *record;
        record->said.title = *title;
        done = save_session(transaction, before, *record);
        if (done) done = index_title(platform, transaction, *record);
        if (done) done = audit(transaction, *principal, Action::session_update, record->session.id);
        if (!done) return std::unexpected(done.error());
        return session_response(200, *record);
    });
}

// The rows first; the blobs when late writers have ended.
Result<void> remove_everything(Transaction& transaction, const std::string& id) {
    const auto cancelled = store::cancel_work(transaction, id, adoption_kind);
    if (!cancelled) return std::unexpected(cancelled.error());
    auto done = unindex_session(transaction, id);
    if (done) done = delete_versions(transaction, id);
    if (done) done = delete_vocabulary(transaction, id);
    if (done) done = delete_session(transaction, id);
    if (done) done = plan_erasure(transaction, id);
    if (done) done = announce_deleted(transaction, id);
    return done;
}

Result<Response> remove(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_delete);
    if (!principal) return std::unexpected(principal.error());
    return in_write(platform, context, *principal, [&](Transaction& transaction) -> Result<Response> {
        const auto record = session_for(transaction, *principal, Action::session_delete, request);
        if (!record) return std::unexpected(record.error());
        auto done = remove_everything(transaction, record->session.id);
        if (done) done = audit(transaction, *principal, Action::session_delete, record->session.id);
        if (!done) return std::unexpected(done.error());
        return Response{.status = 204};
    });
}

}  // namespace

std::vector<runtime::Route> session_routes(const Platform& platform) {
    return {
        route(platform, "POST", "/v1/sessions", create),        route(platform, "GET", "/v1/sessions", list),
        route(platform, "GET", "/v1/sessions/{id}", get),       route(platform, "PATCH", "/v1/sessions/{id}", rename),
        route(platform, "DELETE", "/v1/sessions/{id}", remove), route(platform, "PUT", "/internal/sessions/{id}", put)};
}

}  // namespace session
