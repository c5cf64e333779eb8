#include "store/transaction.hpp"

#include <array>

#include "base/rfc3339.hpp"
#include "model/event.hpp"
#include "store/audit.hpp"
#include "store/unit.hpp"

namespace store {
namespace {

base::Result<std::int64_t> changed(base::Result<Outcome> outcome) {
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    return outcome->changed;
}

std::span<const Parameter> span_of(Parameters parameters) {
    return {parameters.begin(), parameters.size()};
}

base::Result<std::string> unseal_in(Unit& unit, const Sealed& sealed) {
    return unit.state.vault().open(unit.tenant_id, sealed);
}

model::Event event_of(const Unit& unit, const EventDraft& draft) {
    return {.id = model::event_id(unit.tenant_id, draft.type, draft.natural_key),
            .type = std::string(draft.type),
            .tenant_id = unit.tenant_id,
            .partition_key = std::string(draft.partition_key),
            .payload = draft.payload,
            .timestamp = unit.state.surroundings.clock.utc_now(),
            .correlation_id = unit.origin.correlation_id,
            .causation_id = unit.origin.causation_id,
            .source = unit.origin.source,
            .traceparent = unit.origin.traceparent,
            .region = unit.state.config.region,
            .tenant_epoch = unit.origin.tenant_epoch,
            .version = draft.version};
}

}  // namespace

Reading::Reading(std::unique_ptr<Unit> unit) : unit_(std::move(unit)) {}
Reading::Reading(Reading&&) noexcept = default;
Reading& Reading::operator=(Reading&&) noexcept = default;
Reading::~Reading() = default;

base::Result<Rows> Reading::query(std::string_view sql, Parameters parameters) {
    auto outcome = unit_->run(sql, span_of(parameters));
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    return std::move(outcome->rows);
}

base::Result<std::optional<Row>> Reading::query_one(std::string_view sql, Parameters parameters) {
    auto rows = query(sql, parameters);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (rows->empty()) return std::nullopt;
    return std::move(rows->front());
}

base::Result<std::int64_t> Writing::execute(std::string_view sql, Parameters parameters) {
    return changed(unit_->run(sql, span_of(parameters)));
}

base::Result<Position> Writing::commit() {
    return unit_->commit();
}

std::unexpected<base::Error> Writing::abort(base::Error error) {
    return unit_->abort(std::move(error));
}

const std::string& ReadTransaction::tenant_id() const {
    return unit_->tenant_id;
}

base::Result<std::string> ReadTransaction::unseal(const Sealed& sealed) {
    return unseal_in(*unit_, sealed);
}

const std::string& Transaction::tenant_id() const {
    return unit_->tenant_id;
}

const Origin& Transaction::origin() const {
    return unit_->origin;
}

std::string Transaction::new_id() {
    return unit_->state.ids.next();
}

base::Result<std::string> Transaction::emit(const EventDraft& draft) {
    const model::Event event = event_of(*unit_, draft);
    const std::string text = model::to_json(event);
    // What could not be read back must not be told.
    if (const auto readable = model::parse_event(text); !readable) {
        return abort({base::ErrorCode::internal, "the event cannot be emitted: " + readable.error().message});
    }
    const auto inserted = execute(
        "insert into outbox (tenant_id, id, topic, partition_key, event, order_key, created_ms)"
        " values (:tenant, :id, :topic, :partition_key, :event, :order_key, {now_ms})"
        " on conflict (tenant_id, id) do nothing",
        {{"id", event.id},
         {"topic", event.type},
         {"partition_key", event.partition_key},
         {"event", text},
         {"order_key", new_id()}});
    if (!inserted) return std::unexpected(inserted.error());
    unit_->emitted = true;
    return event.id;
}

base::Result<bool> Transaction::first_time(std::string_view consumer, std::string_view event_id) {
    const auto inserted = execute(
        "insert into inbox (tenant_id, consumer, event_id, seen_ms) values (:tenant, :consumer, :event_id, {now_ms})"
        " on conflict (tenant_id, consumer, event_id) do nothing",
        {{"consumer", consumer}, {"event_id", event_id}});
    if (!inserted) return std::unexpected(inserted.error());
    return *inserted == 1;
}

base::Result<void> Transaction::audit(const AuditRecord& record) {
    const AuditContext context{new_id(), unit_->tenant_id, unit_->origin.source, unit_->origin.correlation_id,
                               unit_->state.surroundings.clock.utc_now()};
    std::array<std::byte, 16> salt{};
    unit_->state.surroundings.random.fill(salt);
    const AuditLeaf leaf =
        audit_leaf(record, context, std::string(reinterpret_cast<const char*>(salt.data()), salt.size()));
    const auto inserted = execute(
        "insert into audit (tenant_id, id, created_ms, record, salt, leaf_hash)"
        " values (:tenant, :id, {now_ms}, :record, :salt, :leaf_hash)",
        {{"id", context.id}, {"record", leaf.record}, {"salt", Bytes{leaf.salt}}, {"leaf_hash", Bytes{leaf.hash}}});
    if (!inserted) return std::unexpected(inserted.error());
    return {};
}

base::Result<Sealed> Transaction::seal(std::string_view text) {
    return unit_->state.vault().seal(unit_->tenant_id, text);
}

base::Result<std::string> Transaction::unseal(const Sealed& sealed) {
    return unseal_in(*unit_, sealed);
}

}  // namespace store
