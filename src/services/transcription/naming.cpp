#include "services/transcription/naming.hpp"

#include <limits>
#include <span>
#include <utility>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/rfc3339.hpp"
#include "base/sha256.hpp"
#include "model/transcript_json.hpp"
#include "services/transcription/voice_rows.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonFields;
using base::JsonObject;
using base::Result;

// A version of a transcript, as its event and the work's payload tell of it.
struct Edited {
    std::string session_id;
    std::string run_id;
    std::int64_t version = 0;
    std::string blob_key;
    std::string content_hash;
    std::int64_t said_ms = 0;
};

// An event of a later version may say more, one of an earlier version names no run; work of an earlier version does not
// say when, which is long ago.
Result<Edited> parse_edited(const Json& value, std::string_view what) {
    JsonFields fields(value, std::string(what));
    Edited edited{
        .session_id = fields.text("session_id"),
        .run_id = fields.optional_text("run_id").value_or(""),
        .version = fields.integer("version", 1, std::numeric_limits<std::int64_t>::max()),
        .blob_key = fields.text("blob_key"),
        .content_hash = fields.text("content_hash"),
        .said_ms = fields.optional_integer("said_ms", 0, std::numeric_limits<std::int64_t>::max()).value_or(0)};
    if (const auto finished = fields.finish(); !finished && finished.error().code != ErrorCode::unknown_field)
        return std::unexpected(finished.error());
    return edited;
}

Result<void> plan(store::Transaction& transaction, const model::Event& event) {
    const auto edited = parse_edited(event.payload, "the payload of transcript.edited");
    if (!edited) return std::unexpected(edited.error());
    const auto kept = has_speakers(transaction, edited->run_id);
    if (!kept) return std::unexpected(kept.error());
    if (!*kept) return {};
    const std::string payload = base::to_canonical_json(JsonObject{{"session_id", edited->session_id},
                                                                   {"run_id", edited->run_id},
                                                                   {"version", edited->version},
                                                                   {"blob_key", edited->blob_key},
                                                                   {"content_hash", edited->content_hash},
                                                                   {"said_ms", base::to_unix_ms(event.timestamp)}});
    const auto added = store::add_work(
        transaction, {.id = base::derived_id(naming_kind, edited->run_id + "/" + std::to_string(edited->version)),
                      .kind = naming_kind,
                      .subject = edited->run_id,
                      .payload = payload});
    if (!added) return std::unexpected(added.error());
    return {};
}

Result<model::Transcript> read_transcript(const Tools& tools, const store::Claim& claim, const Edited& edited) {
    const auto blobs = tools.platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    const auto text = blob::read(**blobs, edited.blob_key, model::largest_transcript_bytes);
    if (!text) return std::unexpected(text.error());
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(*text)));
    if (hash.finish_hex() != edited.content_hash)
        return base::fail(ErrorCode::blob_corrupt, "the transcript is not the one that its event told of");
    return model::parse_transcript(*text);
}

Result<void> commit(const Tools& tools, store::Transaction& transaction, const Naming& naming) {
    const auto too_many = name_speakers(transaction, naming);
    if (!too_many) return std::unexpected(too_many.error());
    if (*too_many > 0) {
        tools.platform.log.write(runtime::LogLevel::warning, "voices_too_many", nullptr,
                                 {{"tenant_id", transaction.tenant_id()}, {"not_remembered", *too_many}});
    }
    return {};
}

Result<flow::CommitWork> name(const SharedTools& tools, const store::Claim& claim) {
    const auto payload = base::parse_json(claim.payload);
    if (!payload) return std::unexpected(payload.error());
    const auto edited = parse_edited(*payload, "the payload of the work " + claim.id);
    if (!edited) return std::unexpected(edited.error());
    auto transcript = read_transcript(*tools, claim, *edited);
    if (!transcript) return std::unexpected(transcript.error());
    return [tools, naming = Naming{edited->session_id, edited->run_id, edited->version, std::move(transcript->speakers),
                                   edited->said_ms}](store::Transaction& transaction) {
        return commit(*tools, transaction, naming);
    };
}

Result<void> tell(const Tools& tools, const store::Claim& claim, const base::Error& error) {
    tools.platform.log.write(
        runtime::LogLevel::error, "voices_not_named", nullptr,
        {{"tenant_id", claim.tenant_id}, {"run_id", claim.subject}, {"code", base::code_name(error.code)}});
    return {};
}

}  // namespace

flow::EventHandler naming_intake() {
    return {.consumer = "transcription.names", .types = {"transcript.edited"}, .handle = plan};
}

flow::WorkHandler naming_worker(const SharedTools& tools) {
    return {.kind = std::string(naming_kind),
            .capability = {},
            .at_once = 1,
            .work = [tools](const store::Claim& claim, const flow::WorkLease&) { return name(tools, claim); },
            .gave_up = [tools](store::Transaction&, const store::Claim& claim,
                               const base::Error& error) { return tell(*tools, claim, error); }};
}

}  // namespace transcription
