#include "services/exporting/erasing.hpp"

#include <utility>

#include "flow/stray_blobs.hpp"
#include "services/exporting/making.hpp"

namespace exporting {
namespace {

using base::Result;

constexpr std::string_view erasing_kind = "exporting.erase";
constexpr std::chrono::seconds late_writers{10};
constexpr std::int64_t most_attempts = 20;

struct Task {
    std::string prefix;
    std::string export_id;  // only if there is no such export; empty: whatever there is
};

Result<void> add_erasing(store::Transaction& transaction, std::string_view session_id, const Task& task) {
    const std::string payload =
        base::to_canonical_json(base::JsonObject{{"prefix", task.prefix}, {"export_id", task.export_id}});
    const auto added = store::add_work(transaction, {.kind = erasing_kind,
                                                     .subject = session_id,
                                                     .most_attempts = most_attempts,
                                                     .delay = late_writers,
                                                     .payload = payload});
    return added ? Result<void>() : std::unexpected(added.error());
}

Result<Task> parse_task(std::string_view payload) {
    const auto json = base::parse_json(payload);
    if (!json) return std::unexpected(json.error());
    base::JsonFields fields(*json, "the work's payload");
    Task task{fields.text("prefix"), fields.text("export_id")};
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return task;
}

Result<bool> is_there(const flow::Platform& platform, const store::Claim& claim, const std::string& id) {
    if (id.empty()) return false;
    auto transaction = platform.database.tenant(claim.tenant_id).read();
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_export(*transaction, id);
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

Result<void> remove_all(blob::TenantBlobs& blobs, const std::string& prefix) {
    std::string after;
    do {
        const auto page = blobs.list({.prefix = prefix, .after = after});
        if (!page) return std::unexpected(page.error());
        for (const blob::Listed& listed : page->blobs) {
            if (auto removed = blobs.remove(listed.key); !removed) return removed;
        }
        after = page->next;
    } while (!after.empty());
    return {};
}

Result<flow::CommitWork> erase(const flow::Platform& platform, const store::Claim& claim) {
    const auto task = parse_task(claim.payload);
    if (!task) return std::unexpected(task.error());
    const auto wanted = is_there(platform, claim, task->export_id);
    if (!wanted) return std::unexpected(wanted.error());
    const auto blobs = platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    if (!*wanted) {
        if (const auto removed = remove_all(**blobs, task->prefix); !removed) return std::unexpected(removed.error());
    }
    return [](store::Transaction&) { return Result<void>(); };
}

Result<void> forget_session(store::Transaction& transaction, const model::Event& event) {
    base::JsonFields fields(event.payload, "the payload of session.deleted");
    const std::string session_id = fields.text("session_id");
    if (auto finished = fields.finish(); !finished) return finished;
    if (auto remembered = remember_erased(transaction, session_id); !remembered) return remembered;
    const auto cancelled = store::cancel_work(transaction, session_id, making_kind);
    if (!cancelled) return std::unexpected(cancelled.error());
    if (auto removed = remove_exports_of(transaction, session_id); !removed) return removed;
    return add_erasing(transaction, session_id, {blob_prefix(session_id), ""});
}

Result<bool> is_wanted(store::ReadTransaction& transaction, std::string_view key) {
    const auto row = find_export(transaction, flow::key_piece(key, 2));
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

}  // namespace

Result<void> add_erasing_of(store::Transaction& transaction, const ExportRow& row) {
    return add_erasing(transaction, row.session_id, {blob_key(row.session_id, row.id), row.id});
}

flow::WorkHandler erasing(const flow::Platform& platform) {
    return {
        .kind = std::string(erasing_kind),
        .work = [&platform](const store::Claim& claim, const flow::WorkLease&) { return erase(platform, claim); },
        // Nothing of the service's tables names these blobs any more; the dead work and its error stay in the store.
        .gave_up = [](store::Transaction&, const store::Claim&, const base::Error&) { return Result<void>(); }};
}

flow::PeriodicTask strays(const flow::Platform& platform) {
    return flow::stray_blobs(platform, "exporting.strays", {.prefix = "exports/", .wanted = is_wanted});
}

flow::EventHandler deletion() {
    return {.consumer = "exporting.deletions", .types = {"session.deleted"}, .handle = forget_session};
}

}  // namespace exporting
