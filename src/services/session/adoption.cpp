#include "services/session/adoption.hpp"

#include "model/warnings.hpp"
#include "services/session/announcements.hpp"
#include "services/session/content.hpp"

namespace session {
namespace {

using base::Result;
using store::Transaction;

// Two transcripts of the largest size at once are as much memory as this should take.
constexpr std::size_t adoptions_at_once = 2;

Result<Adoption> parse_adoption(const store::Claim& claim) {
    const auto payload = base::parse_json(claim.payload);
    if (!payload) return std::unexpected(payload.error());
    base::JsonFields fields(*payload, "the work " + claim.id);
    Adoption adoption{fields.text("session_id"), fields.text("run_id"), fields.text("blob_key"),
                      fields.text("content_hash")};
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return adoption;
}

// What the worker has found out: the transcript without its text.
struct Found {
    Adoption adoption;
    model::Transcript facts;
    IndexedWords words;
    std::string warning_code;
};

Result<Found> find_out(const flow::Platform& platform, const store::Claim& claim) {
    auto adoption = parse_adoption(claim);
    if (!adoption) return std::unexpected(adoption.error());
    auto transcript = read_content(platform.blobs, claim.tenant_id, adoption->blob_key, adoption->content_hash);
    if (!transcript) return std::unexpected(transcript.error());
    const auto key = search_key(platform.database.tenant(claim.tenant_id, {.source = "session"}), platform.random);
    if (!key) return std::unexpected(key.error());
    auto words = index_words(*key, words_of(*transcript));
    const auto warning = model::warning_about(*transcript);
    transcript->segments.clear();
    return Found{std::move(*adoption), std::move(*transcript), std::move(words),
                 warning ? std::string(base::code_name(warning->code)) : ""};
}

Result<void> commit(Transaction& transaction, const Found& found) {
    const Adoption& adoption = found.adoption;
    auto record = find_session(transaction, adoption.session_id);
    if (!record) return std::unexpected(record.error());
    if (!record->has_value()) return {};
    const auto newest = find_version(transaction, adoption.session_id);
    if (!newest) return std::unexpected(newest.error());
    TranscriptVersion version = next_version(adoption.session_id, *newest, found.facts, adoption.content_hash);
    version.origin = made_by_run;
    version.created_by = adoption.run_id;
    version.blob_key = adoption.blob_key;
    const SessionRecord before = **record;
    SessionRecord after = before;
    auto changed = model::apply(before.session, model::RunCompleted{adoption.run_id, version.id});
    if (!changed) return std::unexpected(changed.error());
    if (*changed == before.session) return {};  // too late: cancelled, failed, or another run's turn
    after.session = std::move(*changed);
    after.warning_code = found.warning_code;
    auto done = add_version(transaction, after, version, found.words);
    if (done) done = save_session(transaction, before, after);
    if (done) done = announce_completed(transaction, after, version);
    return done;
}

Result<flow::CommitWork> work(const flow::Platform& platform, const store::Claim& claim) {
    auto found = find_out(platform, claim);
    if (!found) return std::unexpected(found.error());
    return [found = std::move(*found)](Transaction& transaction) { return commit(transaction, found); };
}

Result<void> give_up(Transaction& transaction, const store::Claim& claim, const base::Error& error) {
    const auto adoption = parse_adoption(claim);
    if (!adoption) return std::unexpected(adoption.error());
    auto record = find_session(transaction, adoption->session_id);
    if (!record) return std::unexpected(record.error());
    if (!record->has_value()) return {};
    const model::SessionError told{std::string(base::code_name(error.code)), error.message};
    const auto changed = change_session(transaction, **record, model::RunFailed{adoption->run_id, told});
    if (!changed) return std::unexpected(changed.error());
    return *changed ? announce_failed(transaction, **record, adoption->run_id) : Result<void>();
}

}  // namespace

Result<void> plan_adoption(Transaction& transaction, const Adoption& adoption) {
    const std::string payload = base::to_canonical_json(base::JsonObject{{"session_id", adoption.session_id},
                                                                         {"run_id", adoption.run_id},
                                                                         {"blob_key", adoption.blob_key},
                                                                         {"content_hash", adoption.content_hash}});
    const auto added = store::add_work(
        transaction, {.id = base::derived_id(adoption_kind, adoption.session_id + "/" + adoption.run_id),
                      .kind = adoption_kind,
                      .subject = adoption.session_id,
                      .payload = payload});
    if (!added) return std::unexpected(added.error());
    return {};
}

flow::WorkHandler adoption_worker(const flow::Platform& platform) {
    return {.kind = std::string(adoption_kind),
            .at_once = adoptions_at_once,
            .work = [&platform](const store::Claim& claim, const flow::WorkLease&) { return work(platform, claim); },
            .gave_up = give_up};
}

}  // namespace session
