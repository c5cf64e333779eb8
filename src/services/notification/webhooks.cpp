#include "services/notification/webhooks.hpp"

#include <algorithm>

#include "base/rfc3339.hpp"
#include "store/work.hpp"

namespace notification {
namespace {

using base::Json;
using base::Result;

const std::string columns =
    "select id, url, url_key_id, description, description_key_id, types, enabled, disabled_reason, created_ms,"
    " updated_ms, row_version from notification_webhooks where tenant_id = :tenant";

std::unexpected<base::Error> no_webhook(std::string_view id) {
    return base::fail(base::ErrorCode::not_found, "there is no webhook " + std::string(id));
}

std::string types_text(const std::vector<std::string>& types) {
    base::JsonArray items;
    for (const std::string& type : types)
        items.emplace_back(type);
    return base::to_canonical_json(std::move(items));
}

Result<std::vector<std::string>> parse_types(const std::string& text) {
    const auto items = base::parse_json(text);
    if (!items) return std::unexpected(items.error());
    std::vector<std::string> types;
    for (const Json& item : *items->array())
        types.push_back(*item.text());
    return types;
}

Result<Webhook> to_webhook(const Opening& opening, const store::Row& row) {
    auto url = opening.unseal(row, "url");
    if (!url) return std::unexpected(url.error());
    auto description = opening.unseal(row, "description");
    if (!description) return std::unexpected(description.error());
    auto types = parse_types(row.text("types"));
    if (!types) return std::unexpected(types.error());
    return Webhook{.id = row.text("id"),
                   .url = *std::move(url),
                   .description = *std::move(description),
                   .types = *std::move(types),
                   .enabled = row.flag("enabled"),
                   .disabled_reason = row.text("disabled_reason"),
                   .created_ms = row.integer("created_ms"),
                   .updated_ms = row.integer("updated_ms"),
                   .row_version = row.integer("row_version")};
}

Result<void> execute(store::Transaction& transaction, std::string_view sql, store::Parameters parameters) {
    const auto changed = transaction.execute(sql, parameters);
    return changed ? Result<void>() : std::unexpected(changed.error());
}

Result<void> execute_on_one(store::Transaction& transaction, std::string_view id, std::string_view sql,
                            store::Parameters parameters) {
    const auto changed = transaction.execute(sql, parameters);
    if (!changed) return std::unexpected(changed.error());
    return *changed == 1 ? Result<void>() : no_webhook(id);
}

// SQLite has one writer; elsewhere two at once may both find the last place, which does no harm.
Result<void> check_room(store::Transaction& transaction) {
    const auto row =
        transaction.query_one("select count(*) as number from notification_webhooks where tenant_id = :tenant");
    if (!row) return std::unexpected(row.error());
    if ((*row)->integer("number") < most_webhooks) return {};
    return base::fail(base::ErrorCode::quota_exceeded,
                      "there are " + std::to_string(most_webhooks) + " webhooks already; remove one first");
}

struct SealedTexts {
    store::Sealed url;
    store::Sealed description;
};
Result<SealedTexts> seal_texts(store::Transaction& transaction, const Webhook& webhook) {
    auto url = transaction.seal(webhook.url);
    if (!url) return std::unexpected(url.error());
    auto description = transaction.seal(webhook.description);
    if (!description) return std::unexpected(description.error());
    return SealedTexts{*std::move(url), *std::move(description)};
}

}  // namespace

Json to_json(const Webhook& webhook) {
    base::JsonArray types;
    for (const std::string& type : webhook.types)
        types.emplace_back(type);
    return base::JsonObject{
        {"id", webhook.id},
        {"url", webhook.url},
        {"description", webhook.description},
        {"types", std::move(types)},
        {"enabled", webhook.enabled},
        {"disabled_reason", webhook.disabled_reason.empty() ? Json() : Json(webhook.disabled_reason)},
        {"created_at", base::to_rfc3339(base::from_unix_ms(webhook.created_ms))},
        {"updated_at", base::to_rfc3339(base::from_unix_ms(webhook.updated_ms))}};
}

Result<std::vector<Webhook>> list_webhooks(const Opening& opening) {
    const auto rows = opening.rows().query(columns + " order by created_ms, id");
    if (!rows) return std::unexpected(rows.error());
    std::vector<Webhook> list;
    for (const store::Row& row : *rows) {
        auto webhook = to_webhook(opening, row);
        if (!webhook) return std::unexpected(webhook.error());
        list.push_back(*std::move(webhook));
    }
    return list;
}

Result<Webhook> find_webhook(const Opening& opening, std::string_view id) {
    const auto row = opening.rows().query_one(columns + " and id = :id", {{"id", id}});
    if (!row) return std::unexpected(row.error());
    return *row ? to_webhook(opening, **row) : no_webhook(id);
}

Result<std::vector<std::string>> secrets_of(const Opening& opening, std::string_view id, std::int64_t now_ms) {
    const auto row = opening.rows().query_one(
        "select secret, secret_key_id, old_secret, old_secret_key_id, old_secret_until_ms from notification_webhooks"
        " where tenant_id = :tenant and id = :id",
        {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_webhook(id);
    std::vector<std::string> secrets;
    auto secret = opening.unseal(**row, "secret");
    if (!secret) return std::unexpected(secret.error());
    secrets.push_back(*std::move(secret));
    if ((*row)->optional_integer("old_secret_until_ms").value_or(0) <= now_ms) return secrets;
    auto old = opening.unseal(**row, "old_secret");
    if (!old) return std::unexpected(old.error());
    secrets.push_back(*std::move(old));
    return secrets;
}

Result<void> insert_webhook(store::Transaction& transaction, const Webhook& webhook, std::string_view secret) {
    if (auto room = check_room(transaction); !room) return room;
    auto texts = seal_texts(transaction, webhook);
    if (!texts) return std::unexpected(texts.error());
    auto sealed = transaction.seal(secret);
    if (!sealed) return std::unexpected(sealed.error());
    return execute(transaction,
                   "insert into notification_webhooks (tenant_id, id, row_version, url, url_key_id, description,"
                   " description_key_id, secret, secret_key_id, types, enabled, disabled_reason, created_ms,"
                   " updated_ms) values (:tenant, :id, 1, :url, :url_key_id, :description, :description_key_id,"
                   " :secret, :secret_key_id, :types, :enabled, '', {now_ms}, {now_ms})",
                   {{"id", webhook.id},
                    {"url", std::move(texts->url.bytes)},
                    {"url_key_id", std::move(texts->url.key_id)},
                    {"description", std::move(texts->description.bytes)},
                    {"description_key_id", std::move(texts->description.key_id)},
                    {"secret", std::move(sealed->bytes)},
                    {"secret_key_id", std::move(sealed->key_id)},
                    {"types", types_text(webhook.types)},
                    {"enabled", webhook.enabled}});
}

Result<void> update_webhook(store::Transaction& transaction, const Webhook& webhook) {
    auto texts = seal_texts(transaction, webhook);
    if (!texts) return std::unexpected(texts.error());
    return execute_on_one(
        transaction, webhook.id,
        "update notification_webhooks set row_version = row_version + 1, url = :url, url_key_id = :url_key_id,"
        " description = :description, description_key_id = :description_key_id, types = :types, enabled = :enabled,"
        " disabled_reason = case when :enabled = 1 then '' else disabled_reason end,"
        " failing_since_ms = case when :enabled = 1 and enabled = 0 then null else failing_since_ms end,"
        " updated_ms = {now_ms} where tenant_id = :tenant and id = :id",
        {{"id", webhook.id},
         {"url", std::move(texts->url.bytes)},
         {"url_key_id", std::move(texts->url.key_id)},
         {"description", std::move(texts->description.bytes)},
         {"description_key_id", std::move(texts->description.key_id)},
         {"types", types_text(webhook.types)},
         {"enabled", webhook.enabled}});
}

Result<void> remove_webhook(store::Transaction& transaction, std::string_view id) {
    if (auto cancelled = store::cancel_work(transaction, id); !cancelled) return std::unexpected(cancelled.error());
    if (auto done = execute(transaction,
                            "delete from notification_attempts where tenant_id = :tenant and delivery_id in (select id"
                            " from notification_deliveries where tenant_id = :tenant and webhook_id = :id)",
                            {{"id", id}});
        !done)
        return done;
    if (auto done =
            execute(transaction, "delete from notification_deliveries where tenant_id = :tenant and webhook_id = :id",
                    {{"id", id}});
        !done)
        return done;
    return execute_on_one(transaction, id, "delete from notification_webhooks where tenant_id = :tenant and id = :id",
                          {{"id", id}});
}

Result<void> replace_secret(store::Transaction& transaction, std::string_view id, std::string_view secret,
                            std::int64_t old_until_ms) {
    auto sealed = transaction.seal(secret);
    if (!sealed) return std::unexpected(sealed.error());
    return execute_on_one(transaction, id,
                          "update notification_webhooks set row_version = row_version + 1, old_secret = secret,"
                          " old_secret_key_id = secret_key_id, old_secret_until_ms = :until, secret = :secret,"
                          " secret_key_id = :key_id, updated_ms = {now_ms} where tenant_id = :tenant and id = :id",
                          {{"id", id},
                           {"until", old_until_ms},
                           {"secret", std::move(sealed->bytes)},
                           {"key_id", std::move(sealed->key_id)}});
}

Result<std::vector<std::string>> webhooks_for(store::Reading& reading, std::string_view type) {
    const auto rows = reading.query(
        "select id, types from notification_webhooks where tenant_id = :tenant and enabled = 1 order by id");
    if (!rows) return std::unexpected(rows.error());
    std::vector<std::string> ids;
    for (const store::Row& row : *rows) {
        const auto types = parse_types(row.text("types"));
        if (!types) return std::unexpected(types.error());
        if (types->empty() || std::ranges::find(*types, type) != types->end()) ids.push_back(row.text("id"));
    }
    return ids;
}

Result<void> note_success(store::Transaction& transaction, std::string_view id) {
    return execute(transaction,
                   "update notification_webhooks set failing_since_ms = null"
                   " where tenant_id = :tenant and id = :id and failing_since_ms is not null",
                   {{"id", id}});
}

Result<std::int64_t> note_failure(store::Transaction& transaction, std::string_view id, std::int64_t now_ms) {
    const auto row = transaction.query_one(
        "update notification_webhooks set failing_since_ms = coalesce(failing_since_ms, :now)"
        " where tenant_id = :tenant and id = :id returning failing_since_ms",
        {{"id", id}, {"now", now_ms}});
    if (!row) return std::unexpected(row.error());
    return *row ? (*row)->integer("failing_since_ms") : now_ms;
}

Result<void> disable_webhook(store::Transaction& transaction, std::string_view id, std::string_view reason) {
    return execute(transaction,
                   "update notification_webhooks set row_version = row_version + 1, enabled = 0,"
                   " disabled_reason = :reason, updated_ms = {now_ms}"
                   " where tenant_id = :tenant and id = :id and enabled = 1",
                   {{"id", id}, {"reason", reason}});
}

}  // namespace notification
