#include <algorithm>

#include "flow/requests.hpp"
#include "model/phrases.hpp"
#include "services/session/adoption.hpp"
#include "services/session/announcements.hpp"
#include "services/session/handlers.hpp"
#include "services/session/vocabulary.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::Result;
using flow::Platform;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;
using store::Transaction;

// Told and recorded only when it changed something: cancelling twice is no fault and no news.
Result<void> cancel_session(Transaction& transaction, const model::Principal& principal, SessionRecord& record) {
    const auto changed = change_session(transaction, record, model::SessionCancelled{});
    if (!changed) return std::unexpected(changed.error());
    if (!*changed) return {};
    const auto cancelled = store::cancel_work(transaction, record.session.id, adoption_kind);
    if (!cancelled) return std::unexpected(cancelled.error());
    if (auto told = announce_cancelled(transaction, record); !told) return told;
    return audit(transaction, principal, Action::session_cancel, record.session.id);
}

Result<Response> cancel(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_cancel);
    if (!principal) return std::unexpected(principal.error());
    const auto effect = [&](Transaction& transaction) -> Result<Response> {
        auto record = session_for(transaction, *principal, Action::session_cancel, request);
        if (!record) return std::unexpected(record.error());
        const auto done = cancel_session(transaction, *principal, *record);
        if (!done) return std::unexpected(done.error());
        return session_response(200, *record);
    };
    return flow::in_transaction(platform, service_name, request, context, *principal, effect);
}

struct RetryWith {
    std::optional<std::string> language;
    std::optional<std::string> model;
    std::optional<bool> multichannel;
    std::optional<std::string> speakers;
    std::optional<Phrases> vocabulary;
};

Result<RetryWith> retry_with(const Request& request) {
    if (request.body.empty()) return RetryWith{};
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the retry");
    RetryWith with{fields.optional_text("language"), fields.optional_text("model"),
                   fields.optional_boolean("multichannel"), speakers_field(fields), model::vocabulary_field(fields)};
    if (with.language && !is_language_tag(*with.language))
        fields.fault("\"language\" must be a BCP 47 tag, such as \"en\"");
    if (with.model && !with.model->empty() && !is_model_name(*with.model))
        fields.fault("\"model\" must be the name of a model: a-z, 0-9, '.', '_', '-'");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return with;
}

Result<void> retry_session(Transaction& transaction, SessionRecord& record, const RetryWith& with) {
    const SessionRecord before = record;
    const std::int64_t number = std::max<std::int64_t>(record.run_number, 1) + 1;
    auto changed = model::apply(record.session, model::SessionRetried{run_id_of(record.session.id, number)});
    if (!changed) return std::unexpected(changed.error());
    if (record.video_key.empty())
        return base::fail(ErrorCode::conflict, "the upload of the session's video is not known of yet; try again soon");
    record.session = std::move(*changed);
    record.run_number = number;
    if (with.language) record.said.language = *with.language;
    if (with.model) record.said.model = *with.model;
    if (with.multichannel) record.said.multichannel = *with.multichannel;
    if (with.speakers) record.said.speakers = *with.speakers;
    if (record.said.multichannel && !record.said.speakers.empty())
        return base::fail(ErrorCode::invalid_argument, std::string(channels_are_speakers));
    if (auto saved = save_session(transaction, before, record); !saved) return saved;
    if (with.vocabulary) {
        if (auto kept = keep_vocabulary(transaction, record.session.id, *with.vocabulary); !kept) return kept;
    }
    return announce_queued_run(transaction, record);
}

Result<Response> retry(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_retry);
    if (!principal) return std::unexpected(principal.error());
    const auto with = retry_with(request);
    if (!with) return std::unexpected(with.error());
    const auto effect = [&](Transaction& transaction) -> Result<Response> {
        auto record = session_for(transaction, *principal, Action::session_retry, request);
        if (!record) return std::unexpected(record.error());
        auto done = retry_session(transaction, *record, *with);
        if (done) done = audit(transaction, *principal, Action::session_retry, record->session.id);
        if (!done) return std::unexpected(done.error());
        return session_response(202, *record);
    };
    return flow::in_transaction(platform, service_name, request, context, *principal, effect);
}

}  // namespace

std::vector<runtime::Route> run_routes(const Platform& platform) {
    return {route(platform, "POST", "/v1/sessions/{id}/cancel", cancel),
            route(platform, "POST", "/v1/sessions/{id}/retry", retry)};
}

}  // namespace session
