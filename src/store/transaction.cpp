#include "store/transaction.hpp"

#include <array>
#include <cstring>
#include <span>

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

constexpr std::string_view no_key = "none";  // of text that no vault has sealed

base::SealedName name_of(const Unit& unit, std::string_view key_id) {
    return {.tenant = unit.tenant_id, .place = "store", .key_id = key_id};
}

std::span<std::byte> bytes_of(std::string& text) {
    return std::as_writable_bytes(std::span(text));
}

// The seal, then the text.
base::Result<Sealed> seal_in(const Unit& unit, std::string_view text) {
    base::Vault* const vault = unit.state.surroundings.vault;
    if (vault == nullptr) return Sealed{Bytes{std::string(text)}, std::string(no_key)};
    auto key_id = vault->current_key_id(unit.tenant_id);
    if (!key_id) return std::unexpected(std::move(key_id.error()));
    std::string sealed(text);
    const auto seal = vault->seal(name_of(unit, *key_id), bytes_of(sealed));
    if (!seal) return std::unexpected(seal.error());
    sealed.insert(0, reinterpret_cast<const char*>(seal->data()), seal->size());
    return Sealed{Bytes{std::move(sealed)}, *std::move(key_id)};
}

base::Result<std::string> unseal_in(const Unit& unit, const Sealed& sealed) {
    const std::string& bytes = sealed.bytes.data;
    if (sealed.key_id == no_key) return bytes;
    base::Vault* const vault = unit.state.surroundings.vault;
    if (vault == nullptr) {
        return base::fail(base::ErrorCode::database_failed, "a text is sealed, and there is no vault to open it");
    }
    base::Seal seal{};
    if (bytes.size() < seal.size()) return base::fail(base::ErrorCode::database_corrupt, "a sealed text is cut");
    std::memcpy(seal.data(), bytes.data(), seal.size());
    std::string text = bytes.substr(seal.size());
    if (auto opened = vault->open(name_of(unit, sealed.key_id), bytes_of(text), seal); !opened) {
        return std::unexpected(std::move(opened.error()));
    }
    return text;
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
    return seal_in(*unit_, text);
}

base::Result<std::string> Transaction::unseal(const Sealed& sealed) {
    return unseal_in(*unit_, sealed);
}

}  // namespace store
