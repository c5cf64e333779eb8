#include "services/notification/deliveries.hpp"

#include <algorithm>
#include <array>

#include "base/ids.hpp"
#include "base/rfc3339.hpp"
#include "services/notification/schedule.hpp"

namespace notification {
namespace {

using base::Json;
using base::JsonObject;
using base::Result;

constexpr std::array<std::string_view, 4> state_names{"pending", "delivered", "failed", "cancelled"};
constexpr std::int64_t tenants_a_sweep = 50;

const std::string columns =
    "select id, webhook_id, event_id, type, body, traceparent, state, chain, created_ms, updated_ms"
    " from notification_deliveries where tenant_id = :tenant";

std::string_view state_name(DeliveryState state) {
    return state_names.at(static_cast<std::size_t>(state));
}

Delivery to_delivery(const store::Row& row) {
    const auto* state = std::ranges::find(state_names, std::string_view(row.text("state")));
    return {.id = row.text("id"),
            .webhook_id = row.text("webhook_id"),
            .event_id = row.text("event_id"),
            .type = row.text("type"),
            .body = row.text("body"),
            .traceparent = row.text("traceparent"),
            .state = static_cast<DeliveryState>(state - state_names.begin()),
            .chain = row.integer("chain"),
            .created_ms = row.integer("created_ms"),
            .updated_ms = row.integer("updated_ms")};
}

Result<void> execute(store::Transaction& transaction, std::string_view sql, store::Parameters parameters) {
    const auto changed = transaction.execute(sql, parameters);
    return changed ? Result<void>() : std::unexpected(changed.error());
}

std::string time_text(std::int64_t time_ms) {
    return base::to_rfc3339(base::from_unix_ms(time_ms));
}

Json attempt_json(const Attempt& attempt) {
    return JsonObject{{"at", time_text(attempt.started_ms)},
                      {"status", attempt.status == 0 ? Json() : Json(attempt.status)},
                      {"error", attempt.error_code.empty() ? Json() : Json(attempt.error_code)},
                      {"duration_ms", attempt.duration_ms},
                      {"answer", attempt.answer}};
}

Result<std::vector<std::string>> tenants_with_ended(store::System system, std::int64_t before_ms) {
    auto reading = system.read();
    if (!reading) return std::unexpected(reading.error());
    const auto rows = reading->query(
        "select distinct tenant_id from notification_deliveries"
        " where state in ('delivered', 'failed', 'cancelled') and updated_ms < :before limit :limit",
        {{"before", before_ms}, {"limit", tenants_a_sweep}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::string> tenants;
    for (const store::Row& row : *rows)
        tenants.push_back(row.text("tenant_id"));
    return tenants;
}

Result<void> sweep(store::Database& database, const std::string& tenant_id, std::int64_t before_ms) {
    auto transaction = database.tenant(tenant_id, {.source = "notification"}).write();
    if (!transaction) return std::unexpected(transaction.error());
    if (auto done = execute(*transaction,
                            "delete from notification_attempts where tenant_id = :tenant and delivery_id in (select id"
                            " from notification_deliveries where tenant_id = :tenant and state <> 'pending'"
                            " and updated_ms < :before)",
                            {{"before", before_ms}});
        !done)
        return done;
    if (auto done = execute(*transaction,
                            "delete from notification_deliveries where tenant_id = :tenant and state <> 'pending'"
                            " and updated_ms < :before",
                            {{"before", before_ms}});
        !done)
        return done;
    const auto committed = transaction->commit();
    return committed ? Result<void>() : std::unexpected(committed.error());
}

}  // namespace

Result<std::optional<std::string>> add_delivery(store::Transaction& transaction, const Delivery& delivery) {
    std::string id = base::derived_id("delivery", delivery.webhook_id + "/" + delivery.event_id);
    const auto added = transaction.execute(
        "insert into notification_deliveries (tenant_id, id, row_version, webhook_id, event_id, type, body,"
        " traceparent, state, chain, created_ms, updated_ms) values (:tenant, :id, 1, :webhook_id, :event_id, :type,"
        " :body, :traceparent, 'pending', 1, {now_ms}, {now_ms}) on conflict (tenant_id, id) do nothing",
        {{"id", id},
         {"webhook_id", delivery.webhook_id},
         {"event_id", delivery.event_id},
         {"type", delivery.type},
         {"body", delivery.body},
         {"traceparent", delivery.traceparent}});
    if (!added) return std::unexpected(added.error());
    if (*added == 0) return std::nullopt;
    const auto work = add_attempt_work(transaction, delivery.webhook_id, {.delivery_id = id}, waits.front());
    if (!work) return std::unexpected(work.error());
    return id;
}

Result<Delivery> find_delivery(store::Reading& reading, std::string_view id, bool lock) {
    const auto row = reading.query_one(columns + " and id = :id" + (lock ? " {for_update}" : ""), {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (*row) return to_delivery(**row);
    return base::fail(base::ErrorCode::not_found, "there is no delivery " + std::string(id));
}

Result<void> set_state(store::Transaction& transaction, std::string_view id, DeliveryState state) {
    return execute(transaction,
                   "update notification_deliveries set row_version = row_version + 1, state = :state,"
                   " updated_ms = {now_ms} where tenant_id = :tenant and id = :id",
                   {{"id", id}, {"state", state_name(state)}});
}

Result<void> replay_delivery(store::Transaction& transaction, const Delivery& delivery) {
    const std::int64_t chain = delivery.chain + 1;
    if (auto done = execute(transaction,
                            "update notification_deliveries set row_version = row_version + 1, state = 'pending',"
                            " chain = :chain, updated_ms = {now_ms} where tenant_id = :tenant and id = :id",
                            {{"id", delivery.id}, {"chain", chain}});
        !done)
        return done;
    return add_attempt_work(transaction, delivery.webhook_id, {.delivery_id = delivery.id, .chain = chain},
                            waits.front());
}

Result<std::vector<Delivery>> list_deliveries(store::Reading& reading, std::string_view webhook_id,
                                              const DeliveryPlace& after, std::int64_t limit) {
    const auto rows =
        reading.query(columns +
                          " and webhook_id = :webhook_id and (created_ms < :ms or (created_ms = :ms and id < :id))"
                          " order by created_ms desc, id desc limit :limit",
                      {{"webhook_id", webhook_id}, {"ms", after.created_ms}, {"id", after.id}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<Delivery> list;
    std::ranges::transform(*rows, std::back_inserter(list), to_delivery);
    return list;
}

Result<void> insert_attempt(store::Transaction& transaction, std::string_view delivery_id, const Attempt& attempt) {
    auto answer = transaction.seal(attempt.answer);
    if (!answer) return std::unexpected(answer.error());
    return execute(transaction,
                   "insert into notification_attempts (tenant_id, id, delivery_id, started_ms, status, error_code,"
                   " duration_ms, answer, answer_key_id) values (:tenant, :id, :delivery_id, :started_ms, :status,"
                   " :error_code, :duration_ms, :answer, :answer_key_id)",
                   {{"id", transaction.new_id()},
                    {"delivery_id", delivery_id},
                    {"started_ms", attempt.started_ms},
                    {"status", attempt.status == 0 ? store::Value() : store::Value(attempt.status)},
                    {"error_code", attempt.error_code},
                    {"duration_ms", attempt.duration_ms},
                    {"answer", std::move(answer->bytes)},
                    {"answer_key_id", std::move(answer->key_id)}});
}

Result<std::vector<Attempt>> attempts_of(const Opening& opening, std::string_view delivery_id) {
    const auto rows = opening.rows().query(
        "select started_ms, status, error_code, duration_ms, answer, answer_key_id from notification_attempts"
        " where tenant_id = :tenant and delivery_id = :delivery_id order by started_ms, id",
        {{"delivery_id", delivery_id}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<Attempt> list;
    for (const store::Row& row : *rows) {
        auto answer = opening.unseal(row, "answer");
        if (!answer) return std::unexpected(answer.error());
        list.push_back({.started_ms = row.integer("started_ms"),
                        .status = static_cast<int>(row.optional_integer("status").value_or(0)),
                        .error_code = row.text("error_code"),
                        .duration_ms = row.integer("duration_ms"),
                        .answer = *std::move(answer)});
    }
    return list;
}

Json to_json(const Delivery& delivery, const std::vector<Attempt>& attempts) {
    base::JsonArray list;
    std::ranges::transform(attempts, std::back_inserter(list), attempt_json);
    return JsonObject{{"id", delivery.id},
                      {"webhook_id", delivery.webhook_id},
                      {"event_id", delivery.event_id},
                      {"type", delivery.type},
                      {"status", state_name(delivery.state)},
                      {"attempts", std::move(list)},
                      {"created_at", time_text(delivery.created_ms)},
                      {"updated_at", time_text(delivery.updated_ms)}};
}

Result<void> add_attempt_work(store::Transaction& transaction, std::string_view webhook_id, const AttemptPlan& plan,
                              std::chrono::milliseconds delay) {
    const std::string payload = base::to_canonical_json(JsonObject{{"delivery_id", plan.delivery_id},
                                                                   {"chain", plan.chain},
                                                                   {"attempts", plan.attempts},
                                                                   {"deferrals", plan.deferrals}});
    const auto added =
        store::add_work(transaction, {.kind = deliver_kind, .subject = webhook_id, .delay = delay, .payload = payload});
    return added ? Result<void>() : std::unexpected(added.error());
}

Result<AttemptPlan> parse_plan(std::string_view payload) {
    const auto json = base::parse_json(payload);
    if (!json) return std::unexpected(json.error());
    base::JsonFields fields(*json, "the work");
    AttemptPlan plan{.delivery_id = fields.text("delivery_id"),
                     .chain = fields.integer("chain", 1, INT64_MAX),
                     .attempts = fields.integer("attempts", 0, INT64_MAX),
                     .deferrals = fields.integer("deferrals", 0, INT64_MAX)};
    const auto finished = fields.finish();
    if (!finished) return std::unexpected(finished.error());
    return plan;
}

Result<bool> sweep_deliveries(store::Database& database, std::int64_t before_ms) {
    const auto tenants = tenants_with_ended(database.system(store::SystemCaller::sweeper), before_ms);
    if (!tenants) return std::unexpected(tenants.error());
    for (const std::string& tenant_id : *tenants) {
        if (auto swept = sweep(database, tenant_id, before_ms); !swept) return std::unexpected(swept.error());
    }
    return std::ssize(*tenants) == tenants_a_sweep;
}

}  // namespace notification
