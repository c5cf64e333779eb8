#include "flow/requests.hpp"
#include "model/transcript_json.hpp"
#include "services/session/announcements.hpp"
#include "services/session/content.hpp"
#include "services/session/edit.hpp"
#include "services/session/handlers.hpp"
#include "services/session/naming.hpp"
#include "services/session/search_index.hpp"
#include "services/session/versions.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using flow::Platform;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;
using store::Transaction;

// An edit is of the newest version, which the request names.
template <class T>
Result<TranscriptVersion> version_to_edit(T& transaction, const Request& request, const model::Principal& principal) {
    const auto record = session_for(transaction, principal, Action::transcript_edit, request);
    if (!record) return std::unexpected(record.error());
    auto newest = find_version(transaction, record->session.id);
    if (!newest) return std::unexpected(newest.error());
    if (!newest->has_value()) {
        return fail(ErrorCode::not_found, "there is no transcript yet: the session is " +
                                              std::string(model::state_name(record->session.state)));
    }
    const auto matches = flow::check_if_match(request, content_tag(**newest));
    if (!matches) return std::unexpected(matches.error());
    return std::move(**newest);
}

Result<TranscriptVersion> look_up(const Platform& platform, const Request& request, const Context& context,
                                  const model::Principal& principal) {
    auto transaction = begin_read(platform, principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    return version_to_edit(*transaction, request, principal);
}

// What is ready to be committed: its blob is durable, its words are known.
struct Draft {
    TranscriptVersion parent;
    TranscriptVersion version;
    IndexedWords words;
};

Result<base::Json> edit_body(const Request& request) {
    // As flow::json_body, which takes less.
    const std::string_view type = request.headers.find("Content-Type").value_or("");
    if (!runtime::same_token(trimmed(type.substr(0, type.find(';'))), "application/json"))
        return fail(ErrorCode::request_malformed, "the body must be JSON, with Content-Type: application/json");
    return base::parse_json(request.body, {.size_bytes = largest_edit_bytes});
}

// From the version before and what was sent to the transcript of the next version.
using Change = Result<model::Transcript> (*)(const model::Transcript&, const base::Json&);

Result<model::Transcript> edit_of(const model::Transcript& parent, const base::Json& body) {
    const auto segments = parse_edit(body, parent.duration_seconds);
    if (!segments) return std::unexpected(segments.error());
    return edited(parent, *segments);
}

Result<model::Transcript> changed(const Platform& platform, const Request& request, const model::Principal& principal,
                                  const TranscriptVersion& parent, Change change) {
    const auto body = edit_body(request);
    if (!body) return std::unexpected(body.error());
    const auto before = read_content(platform.blobs, principal.tenant_id, parent.blob_key, parent.content_hash);
    if (!before) return std::unexpected(before.error());
    return change(*before, *body);
}

Result<Draft> prepare(const Platform& platform, const Context& context, const model::Principal& principal,
                      const TranscriptVersion& parent, const model::Transcript& transcript) {
    const std::string bytes = model::to_canonical_json(transcript);
    if (bytes.size() > model::largest_transcript_bytes)
        return fail(ErrorCode::body_too_large, "the transcript would be larger than the limit");
    Draft draft{parent, next_version(parent.session_id, parent, transcript, content_hash_of(bytes)), {}};
    draft.version.origin = made_by_edit;
    draft.version.created_by = principal.id;
    const auto key = search_key(platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)),
                                platform.random);
    if (!key) return std::unexpected(key.error());
    draft.words = index_words(*key, words_of(transcript));
    const auto written =
        write_content(platform.blobs, principal.tenant_id, parent.session_id, draft.version.content_hash, bytes);
    if (!written) return std::unexpected(written.error());
    return draft;
}

Result<void> commit(Transaction& transaction, const Request& request, const model::Principal& principal,
                    const Draft& draft) {
    const auto newest = version_to_edit(transaction, request, principal);
    if (!newest) return std::unexpected(newest.error());
    if (newest->id != draft.parent.id)
        return fail(ErrorCode::precondition_failed, "the transcript was edited at the same moment; read it again");
    const auto before = get_session(transaction, draft.parent.session_id);
    if (!before) return std::unexpected(before.error());
    SessionRecord after = *before;
    auto done = add_version(transaction, after, draft.version, draft.words);
    if (done) done = save_session(transaction, *before, after);
    const auto run_id = find_run_of_newest(transaction, draft.parent.session_id);
    if (!run_id) return std::unexpected(run_id.error());
    if (done) done = announce_edited(transaction, draft.version, *run_id);
    if (done) done = audit(transaction, principal, Action::transcript_edit, draft.parent.session_id);
    return done;
}

Response version_response(const TranscriptVersion& version) {
    Response response = flow::json_response(200, to_json(version));
    response.headers.set("ETag", content_tag(version));
    return response;
}

Result<Response> make_version(const Platform& platform, const Request& request, const Context& context, Change change) {
    const auto principal = flow::authorize(context, Action::transcript_edit);
    if (!principal) return std::unexpected(principal.error());
    const auto parent = look_up(platform, request, context, *principal);
    if (!parent) return std::unexpected(parent.error());
    const auto transcript = changed(platform, request, *principal, *parent, change);
    if (!transcript) return std::unexpected(transcript.error());
    auto draft = prepare(platform, context, *principal, *parent, *transcript);
    if (!draft) return std::unexpected(draft.error());
    if (draft->version.content_hash == parent->content_hash) return version_response(*parent);
    return in_write(platform, context, *principal, [&](Transaction& transaction) -> Result<Response> {
        if (const auto done = commit(transaction, request, *principal, *draft); !done)
            return std::unexpected(done.error());
        const auto version = find_version(transaction, parent->session_id);
        if (!version) return std::unexpected(version.error());
        return version_response(**version);
    });
}

Result<Response> edit(const Platform& platform, const Request& request, const Context& context) {
    return make_version(platform, request, context, edit_of);
}

Result<Response> name_speakers(const Platform& platform, const Request& request, const Context& context) {
    return make_version(platform, request, context, renamed);
}

}  // namespace

std::vector<runtime::Route> edit_routes(const Platform& platform) {
    return {route(platform, "PUT", "/v1/sessions/{id}/transcript", edit, {.body_bytes = largest_edit_bytes}),
            route(platform, "PATCH", "/v1/sessions/{id}/speakers", name_speakers)};
}

}  // namespace session
