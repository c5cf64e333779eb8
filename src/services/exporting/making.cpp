#include "services/exporting/making.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/sha256.hpp"
#include "flow/requests.hpp"
#include "formats/formats.hpp"
#include "model/transcript_json.hpp"
#include "services/exporting/announcements.hpp"
#include "services/exporting/erasing.hpp"
#include "services/exporting/sessions.hpp"

namespace exporting {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::chrono::seconds patience{10};  // with the session service
constexpr std::size_t most_violations = 100;  // kept of an export
constexpr std::size_t largest_export_bytes = std::size_t{1} << 30U;

std::string sha256_hex(std::string_view bytes) {
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(bytes)));
    return hash.finish_hex();
}

Result<std::string> export_of(const store::Claim& claim) {
    const auto json = base::parse_json(claim.payload);
    if (!json) return std::unexpected(json.error());
    base::JsonFields fields(*json, "the work's payload");
    std::string id = fields.text("export_id");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return id;
}

Result<std::optional<ExportRow>> read_row(const flow::Platform& platform, const store::Claim& claim) {
    const auto id = export_of(claim);
    if (!id) return std::unexpected(id.error());
    auto transaction = platform.database.tenant(claim.tenant_id).read();
    if (!transaction) return std::unexpected(transaction.error());
    return find_export(*transaction, *id);
}

Result<model::Transcript> read_transcript(blob::TenantBlobs& blobs, const TranscriptPlace& place) {
    const auto text = blob::read(blobs, place.blob_key, model::largest_transcript_bytes);
    if (!text) return std::unexpected(text.error());
    if (sha256_hex(*text) != place.content_hash)
        return base::fail(ErrorCode::blob_corrupt, "the transcript is not the one that its version names");
    return model::parse_transcript(*text);
}

blob::Source source_of(std::string_view content) {
    return [content](std::span<std::byte> buffer) mutable -> Result<std::size_t> {
        const std::size_t size = std::min(buffer.size(), content.size());
        std::memcpy(buffer.data(), content.data(), size);
        content.remove_prefix(size);
        return size;
    };
}

// The key may hold what an attempt before this one wrote.
Result<void> keep(blob::TenantBlobs& blobs, const std::string& key, const std::string& content) {
    const auto kept = blob::write(blobs, key, {}, source_of(content));
    if (kept) return {};
    if (kept.error().code != ErrorCode::blob_exists) return std::unexpected(kept.error());
    const auto there = blob::read(blobs, key, largest_export_bytes);
    if (there && *there == content) return {};
    if (auto removed = blobs.remove(key); !removed) return removed;
    const auto again = blob::write(blobs, key, {}, source_of(content));
    return again ? Result<void>() : std::unexpected(again.error());
}

std::string violations_json(const std::vector<formats::RuleViolation>& violations) {
    base::JsonArray list;
    for (const formats::RuleViolation& violation :
         std::span(violations).first(std::min(violations.size(), most_violations))) {
        list.push_back(base::JsonObject{{"cue", static_cast<std::int64_t>(violation.cue)},
                                        {"rule", violation.rule},
                                        {"value", violation.value},
                                        {"limit", violation.limit}});
    }
    return base::to_canonical_json(list);
}

// The row as it will be.
Result<ExportRow> make_file(blob::TenantBlobs& blobs, ExportRow row, const model::Transcript& transcript) {
    const auto format = formats::find_format(row.wish.format);
    if (!format) return std::unexpected(format.error());
    auto options = options_of(row.wish);
    if (!options) return std::unexpected(options.error());
    options->strict = false;  // the list is wanted, not only the refusal
    const auto file = formats::write(**format, transcript, *options);
    if (!file) return std::unexpected(file.error());
    row.violation_count = std::ssize(file->violations);
    row.violations = violations_json(file->violations);
    if (row.wish.strict && row.violation_count > 0) {
        row.state = State::failed;
        row.error_code = base::code_name(ErrorCode::subtitle_rules_broken);
        row.error_message = "the cues break the rules of " + row.wish.rules + " in " +
                            std::to_string(row.violation_count) + " places; \"violations\" lists the first of them";
        return row;
    }
    if (auto kept = keep(blobs, blob_key(row.session_id, row.id), file->content); !kept)
        return std::unexpected(kept.error());
    row.state = State::completed;
    row.size_bytes = std::ssize(file->content);
    row.content_hash = sha256_hex(file->content);
    return row;
}

Result<void> commit(store::Transaction& transaction, const store::Claim& claim, const ExportRow& made,
                    const std::string& title) {
    const auto row = find_export(transaction, made.id, true);
    if (!row) return std::unexpected(row.error());
    if (!*row) return add_erasing_of(transaction, made);  // deleted meanwhile
    if ((*row)->state != State::queued) return {};
    if (const auto updated = update_export(transaction, made); !updated) return std::unexpected(updated.error());
    if (auto saved = save_title(transaction, made.id, title); !saved) return saved;
    return announce_made(transaction, made, claim.id);
}

Result<flow::CommitWork> make(const flow::Platform& platform, const store::Claim& claim) {
    const auto row = read_row(platform, claim);
    if (!row) return std::unexpected(row.error());
    if (!*row || (*row)->state != State::queued) return [](store::Transaction&) { return Result<void>(); };
    const auto context = flow::service_context(platform, "exporting", claim.tenant_id, {}, patience);
    const auto place = find_transcript(platform, context, claim.tenant_id, (*row)->session_id, (*row)->version);
    if (!place) return std::unexpected(place.error());
    const auto title = find_title(platform, context, claim.tenant_id, (*row)->session_id);
    if (!title) return std::unexpected(title.error());
    const auto blobs = platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    const auto transcript = read_transcript(**blobs, *place);
    if (!transcript) return std::unexpected(transcript.error());
    const auto made = make_file(**blobs, **row, *transcript);
    if (!made) return std::unexpected(made.error());
    return [claim, made = *made, title = *title](store::Transaction& transaction) {
        return commit(transaction, claim, made, title);
    };
}

Result<void> give_up(store::Transaction& transaction, const store::Claim& claim, const base::Error& error) {
    const auto id = export_of(claim);
    if (!id) return std::unexpected(id.error());
    auto row = find_export(transaction, *id, true);
    if (!row) return std::unexpected(row.error());
    if (!*row || (*row)->state != State::queued) return {};
    (*row)->state = State::failed;
    (*row)->error_code = base::code_name(error.code);
    (*row)->error_message = error.message;
    if (const auto updated = update_export(transaction, **row); !updated) return std::unexpected(updated.error());
    return announce_made(transaction, **row, claim.id);
}

}  // namespace

Result<void> add_making(store::Transaction& transaction, const ExportRow& row) {
    const std::string payload = base::to_canonical_json(base::JsonObject{{"export_id", row.id}});
    const auto added =
        store::add_work(transaction, {.kind = making_kind, .subject = row.session_id, .payload = payload});
    return added ? Result<void>() : std::unexpected(added.error());
}

flow::WorkHandler making(const flow::Platform& platform, std::size_t at_once) {
    return {.kind = std::string(making_kind),
            .at_once = at_once,
            .work = [&platform](const store::Claim& claim, const flow::WorkLease&) { return make(platform, claim); },
            .gave_up = give_up};
}

}  // namespace exporting
