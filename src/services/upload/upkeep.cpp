// What happens without a request: events of sessions, erased blobs, uploads that nobody ends.
#include "flow/stray_blobs.hpp"
#include "services/upload/finish.hpp"
#include "services/upload/handlers.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::int64_t a_sweep = 50;

std::string text_of(const base::Json& object, std::string_view name) {
    const base::Json* member = object.member(name);
    const std::string* text = member == nullptr ? nullptr : member->text();
    return text == nullptr ? std::string() : *text;
}

// A video that is there stays: the session may be tried again.
Result<void> session_cancelled(store::Transaction& transaction, const model::Event& event) {
    const auto uploads = uploads_of(transaction, text_of(event.payload, "session_id"));
    if (!uploads) return pass_on(uploads);
    for (const Upload& upload : *uploads) {
        if (upload.state != State::open) continue;
        if (auto ended = end_upload(transaction, upload, State::failed); !ended) return pass_on(ended);
    }
    return {};
}

Result<void> session_deleted(store::Transaction& transaction, const model::Event& event) {
    const std::string session_id = text_of(event.payload, "session_id");
    const auto uploads = uploads_of(transaction, session_id);
    if (!uploads) return pass_on(uploads);
    for (const Upload& upload : *uploads) {
        if (auto added = add_erase(transaction, upload, true); !added) return added;
    }
    if (auto remembered = remember_erased(transaction, session_id); !remembered) return remembered;
    return delete_uploads_of(transaction, session_id);
}

Result<void> handle(store::Transaction& transaction, const model::Event& event) {
    return event.type == "session.deleted" ? session_deleted(transaction, event)
                                           : session_cancelled(transaction, event);
}

Result<void> abort_parts(blob::TenantBlobs& blobs, const std::string& key, const std::string& upload_id) {
    const auto parts = blobs.resume(key, upload_id);
    if (!parts && parts.error().code == ErrorCode::blob_not_found) return {};
    if (!parts) return pass_on(parts);
    const auto aborted = (*parts)->abort();
    if (!aborted && aborted.error().code == ErrorCode::blob_exists) return {};  // it is a blob now
    return aborted;
}

Result<void> remove_all(blob::TenantBlobs& blobs, const std::string& prefix) {
    blob::ListQuery query{.prefix = prefix};
    while (true) {
        const auto page = blobs.list(query);
        if (!page) return pass_on(page);
        for (const blob::Listed& listed : page->blobs) {
            if (auto removed = blobs.remove(listed.key); !removed) return removed;
        }
        if (page->next.empty()) return {};
        query.after = page->next;
    }
}

Result<flow::CommitWork> erase(const Uploads& shared, const store::Claim& claim) {
    const auto wanted = base::parse_json(claim.payload);
    if (!wanted) return pass_on(wanted);
    const auto blobs = shared.platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return pass_on(blobs);
    const auto aborted = abort_parts(**blobs, text_of(*wanted, "blob_key"), text_of(*wanted, "blob_upload_id"));
    if (!aborted) return pass_on(aborted);
    if (auto removed = remove_all(**blobs, text_of(*wanted, "prefix")); !removed) return pass_on(removed);
    return [](store::Transaction&) -> Result<void> { return {}; };
}

Unit unit_of_sweep(const UploadName& name) {
    return {name.tenant_id, {.source = std::string(service_name)}};
}

// Nobody can say any more what is missing of a recording: what is there is all of it. Its last bytes become a part, and
// whatever of this fails is tried again by the next sweep.
Result<void> end_where_left(const Shared& shared, const Unit& unit, const std::string& id) {
    const auto leased = in_write(*shared, unit.tenant_id, unit.origin,
                                 [&](store::Transaction& transaction) -> Result<std::optional<Upload>> {
                                     const auto abandoned = is_abandoned(transaction, id);
                                     if (!abandoned) return pass_on(abandoned);
                                     if (!*abandoned) return std::nullopt;
                                     return take_lease(transaction, id, shared->settings.lease);
                                 });
    if (!leased) return pass_on(leased);
    if (!leased->has_value()) return {};
    const auto writer = Writer::open(shared, unit, **leased, Progress::as_it_goes);
    if (!writer) return pass_on(writer);
    if (auto settled = (*writer)->settle(true); !settled) return settled;
    return finish(*shared, unit, (*writer)->upload());
}

Result<void> fail_abandoned(const Uploads& shared, const Unit& unit, const std::string& id) {
    const base::Error error{ErrorCode::request_timed_out, "the video was not uploaded in time; begin another upload"};
    return in_write(shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) -> Result<void> {
        const auto abandoned = is_abandoned(transaction, id);
        if (!abandoned) return pass_on(abandoned);
        if (!*abandoned) return {};
        const auto upload = find_upload(transaction, id);
        if (!upload) return pass_on(upload);
        const auto ended = end_upload(transaction, *upload, upload->resumable ? State::expired : State::failed);
        if (!ended) return pass_on(ended);
        return tell_failed(transaction, *upload, error);
    });
}

Result<Upload> read_upload(const Uploads& shared, const Unit& unit, const std::string& id) {
    auto reading = shared.platform.database.tenant(unit.tenant_id, unit.origin).read();
    if (!reading) return pass_on(reading);
    return find_upload(*reading, id);
}

Result<void> expire(const Shared& shared, const UploadName& name) {
    const Unit unit = unit_of_sweep(name);
    const auto upload = read_upload(*shared, unit, name.id);
    if (!upload) return pass_on(upload);
    if (upload->recording && upload->offset_bytes > 0) return end_where_left(shared, unit, name.id);
    return fail_abandoned(*shared, unit, name.id);
}

Result<void> heal(const Shared& shared, const UploadName& name) {
    const Unit unit = unit_of_sweep(name);
    const auto upload = read_upload(*shared, unit, name.id);
    if (!upload) return pass_on(upload);
    auto finished = finish(*shared, unit, *upload);
    // Somebody else did, or the upload has failed for good and everybody was told.
    if (!finished && !base::describe(finished.error().code).retryable) return {};
    return finished;
}

// One that fails does not keep the others waiting.
Result<bool> sweep(const Shared& shared, const Result<std::vector<UploadName>>& names,
                   Result<void> (*act)(const Shared&, const UploadName&)) {
    if (!names) return pass_on(names);
    Result<bool> result = std::ssize(*names) == a_sweep;
    for (const UploadName& name : *names) {
        const auto acted = act(shared, name);
        if (!acted) result = pass_on(acted);
    }
    return result;
}

// A video is wanted until its row goes; a tail as long as its upload takes bytes.
Result<bool> is_wanted(store::ReadTransaction& transaction, std::string_view key) {
    const std::string_view name = flow::key_piece(key, 2);
    const auto upload = find_upload(transaction, name.substr(0, name.find('.')));
    if (!upload && upload.error().code == ErrorCode::not_found) return false;
    if (!upload) return pass_on(upload);
    return upload->state == State::open || (upload->state == State::finished && upload->blob_key == key);
}

}  // namespace

std::vector<flow::EventHandler> upload_events() {
    return {{.consumer = "upload.sessions", .types = {"session.cancelled", "session.deleted"}, .handle = handle}};
}

std::vector<flow::WorkHandler> upload_works(const Shared& shared) {
    return {
        {.kind = "upload.erase",
         .work = [shared](const store::Claim& claim, const flow::WorkLease&) { return erase(*shared, claim); },
         .gave_up = [](store::Transaction&, const store::Claim&, const base::Error&) -> Result<void> { return {}; }}};
}

std::vector<flow::PeriodicTask> upload_tasks(const Shared& shared) {
    auto system = [shared] { return shared->platform.database.system(store::SystemCaller::sweeper); };
    return {
        {.name = "upload.expire",
         .every = std::chrono::seconds(10),
         .alone = true,
         .run = [shared, system](
                    const store::NamedLease*) { return sweep(shared, abandoned_uploads(system(), a_sweep), expire); }},
        {.name = "upload.heal",
         .every = std::chrono::seconds(10),
         .alone = true,
         .run = [shared, system](
                    const store::NamedLease*) { return sweep(shared, unfinished_uploads(system(), a_sweep), heal); }},
        flow::stray_blobs(shared->platform, "upload.strays", {.prefix = "videos/", .wanted = is_wanted})};
}

}  // namespace upload
