#include "services/auth/users.hpp"

#include <algorithm>
#include <array>

#include "base/hmac.hpp"
#include "services/auth/api_key.hpp"
#include "services/auth/grants.hpp"
#include "services/auth/handling.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using base::fail;
using model::Action;
using store::Transaction;

constexpr std::size_t longest_name_bytes = 200;
constexpr std::size_t longest_email_bytes = 254;
constexpr std::string_view columns =
    "id, role, name, name_key_id, email, email_key_id, created_ms, changed_ms,"
    " row_version";

std::unexpected<base::Error> no_such_user() {
    return fail(ErrorCode::not_found, "there is no such user");
}

template <class Reader>
Result<base::Json> user_json(Reader& transaction, const store::Row& row) {
    auto name = unseal(transaction, row, "name");
    if (!name) return std::unexpected(name.error());
    auto email = unseal(transaction, row, "email");
    if (!email) return std::unexpected(email.error());
    return base::JsonObject{{"id", row.text("id")},
                            {"role", row.text("role")},
                            {"name", *name},
                            {"email", email->empty() ? base::Json() : base::Json(*email)},
                            {"created_at", time_json(row.integer("created_ms"))},
                            {"updated_at", time_json(row.integer("changed_ms"))}};
}

template <class Reader>
Result<Response> user_response(Reader& transaction, const store::Row& row, int status) {
    auto json = user_json(transaction, row);
    if (!json) return std::unexpected(json.error());
    Response response = flow::json_response(status, *json);
    response.headers.set("ETag", flow::entity_tag(row.integer("row_version")));
    return response;
}

template <class Reader>
Result<store::Row> find_user(Reader& transaction, std::string_view id, std::string_view lock = "") {
    auto row = transaction.query_one("select " + std::string(columns) +
                                         " from auth_users where tenant_id = :tenant and id = :id" + std::string(lock),
                                     {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_such_user();
    return **std::move(row);
}

Result<Response> show_user(Transaction& transaction, std::string_view id, int status) {
    const auto row = find_user(transaction, id);
    if (!row) return std::unexpected(row.error());
    return user_response(transaction, *row, status);
}

// The tenant's key for the hashes of addresses, made at its first use.
Result<std::string> email_key(Transaction& transaction, base::Random& random) {
    const std::string_view select =
        "select secret, secret_key_id from auth_secrets where tenant_id = :tenant and id = 'email'";
    auto row = transaction.query_one(select);
    if (row && !*row) {
        const auto sealed = transaction.seal(new_secret(random));
        if (!sealed) return std::unexpected(sealed.error());
        const auto made = transaction.execute(
            "insert into auth_secrets (tenant_id, id, secret, secret_key_id) values (:tenant, 'email', :secret, "
            ":key_id)"
            " on conflict (tenant_id, id) do nothing",
            {{"secret", sealed->bytes}, {"key_id", sealed->key_id}});
        if (!made) return std::unexpected(made.error());
        row = transaction.query_one(select);
    }
    if (!row) return std::unexpected(row.error());
    return unseal(transaction, **row, "secret");
}

struct Email {
    std::optional<store::Bytes> sealed;
    std::optional<std::string> key_id;
    std::optional<store::Bytes> hash;
};

Result<Email> seal_email(Transaction& transaction, base::Random& random, const std::string& email) {
    if (email.empty()) return Email{};
    const auto normal = normal_email(email);
    if (!normal) return fail(ErrorCode::invalid_argument, "\"email\" must be one address such as ada@example.org");
    const auto key = email_key(transaction, random);
    if (!key) return std::unexpected(key.error());
    auto sealed = transaction.seal(email);
    if (!sealed) return std::unexpected(sealed.error());
    return Email{std::move(sealed->bytes), std::move(sealed->key_id), store::Bytes{base::hmac_sha256(*key, *normal)}};
}

// A unique index speaks of rows; people speak of addresses.
base::Result<void> told(Result<std::int64_t> changed) {
    if (changed) return {};
    if (changed.error().code == ErrorCode::conflict)
        return fail(ErrorCode::conflict, "a user with this e-mail address is there already");
    return std::unexpected(changed.error());
}

Result<std::vector<Administrator>> administrators(Transaction& transaction) {
    const auto rows = transaction.query(
        "select id, role from auth_users where tenant_id = :tenant and role in ('admin', 'platform') order by id"
        " {for_update}");
    if (!rows) return std::unexpected(rows.error());
    std::vector<Administrator> found;
    for (const store::Row& row : *rows)
        found.push_back({row.text("id"), model::parse_role(row.text("role")).value()});
    return found;
}

// The user, if the principal may change or remove them; `role` is the one they are to have.
Result<store::Row> changeable(Transaction& transaction, const model::Principal& principal, std::string_view id,
                              std::optional<model::Role> role) {
    const auto others = administrators(transaction);
    if (!others) return std::unexpected(others.error());
    auto row = find_user(transaction, id, " {for_update}");
    if (!row) return row;
    const model::Role own = model::parse_role(row->text("role")).value();
    if (const auto may = may_grant(principal, own); !may) return std::unexpected(may.error());
    if (role) {
        if (const auto may = may_grant(principal, *role); !may) return std::unexpected(may.error());
    }
    if (const auto kept = keeps_administrators(*others, id, role); !kept) return std::unexpected(kept.error());
    return row;
}

Result<void> audit(Transaction& transaction, const model::Principal& principal, std::string_view action,
                   std::string_view id, base::Json details = base::JsonObject{}) {
    return transaction.audit({.action = action,
                              .actor_id = principal.id,
                              .resource_kind = "user",
                              .resource_id = id,
                              .outcome = "done",
                              .details = std::move(details)});
}

Result<model::Role> role_field(const std::optional<std::string>& text, model::Role otherwise) {
    if (!text) return otherwise;
    return model::parse_role(*text);
}

Result<Response> create(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::user_manage, somebody_else);
    if (!principal) return std::unexpected(principal.error());
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the user");
    UserDraft draft{.name = fields.text("name", longest_name_bytes),
                    .email = fields.optional_text("email", longest_email_bytes).value_or("")};
    const auto role = role_field(fields.optional_text("role"), model::Role::member);
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (!role) return std::unexpected(role.error());
    if (const auto may = may_grant(*principal, *role); !may) return std::unexpected(may.error());
    draft.role = *role;
    return flow::in_transaction(platform, service_name, request, context, *principal,
                                [&](Transaction& transaction) -> Result<Response> {
                                    draft.id = transaction.new_id();
                                    if (const auto added = add_user(transaction, platform.random, draft); !added)
                                        return std::unexpected(added.error());
                                    const auto noted = audit(transaction, *principal, "user.create", draft.id,
                                                             base::JsonObject{{"role", model::role_name(draft.role)}});
                                    if (!noted) return std::unexpected(noted.error());
                                    auto response = show_user(transaction, draft.id, 201);
                                    if (response) response->headers.set("Location", "/v1/users/" + draft.id);
                                    return response;
                                });
}

Result<Response> show(const flow::Platform& platform, const Request& request, const Context& context) {
    const std::string_view id = request.path_parameter("id");
    const auto principal = acting(request, context, Action::user_read, id);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_user(*transaction, id);
    if (!row) return std::unexpected(row.error());
    return user_response(*transaction, *row, 200);
}

// The hash of the address that is looked for; absent when the tenant has no address at all yet.
Result<std::optional<store::Bytes>> sought_hash(store::ReadTransaction& transaction, std::string_view email) {
    const auto normal = normal_email(email);
    if (!normal) return fail(ErrorCode::invalid_argument, "email must be one address such as ada@example.org");
    const auto row = transaction.query_one(
        "select secret, secret_key_id from auth_secrets where tenant_id = :tenant and id = 'email'");
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    const auto key = unseal(transaction, **row, "secret");
    if (!key) return std::unexpected(key.error());
    return store::Bytes{base::hmac_sha256(*key, *normal)};
}

Result<store::Rows> rows_of(store::ReadTransaction& transaction, const flow::PageQuery& query,
                            const std::optional<std::string_view>& email) {
    const std::string select = "select " + std::string(columns) + " from auth_users where tenant_id = :tenant";
    if (!email) {
        return transaction.query(select + " and id > :after order by id limit :limit",
                                 {{"after", query.after}, {"limit", query.limit + 1}});
    }
    const auto hash = sought_hash(transaction, *email);
    if (!hash) return std::unexpected(hash.error());
    if (!*hash) return store::Rows{};
    return transaction.query(select + " and email_hash = :hash", {{"hash", **hash}});
}

Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::user_read, somebody_else);
    if (!principal) return std::unexpected(principal.error());
    const auto query = flow::page_query(request);
    if (!query) return std::unexpected(query.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    auto rows = rows_of(*transaction, *query, request.query_parameter("email"));
    if (!rows) return std::unexpected(rows.error());
    return page(*std::move(rows), *query, [&](const store::Row& row) { return user_json(*transaction, row); });
}

struct UserChange {
    std::optional<model::Role> role;
    std::optional<std::string> name;
    std::optional<std::string> email;
};

Result<UserChange> parse_change(const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the change");
    UserChange change{.name = fields.optional_text("name", longest_name_bytes),
                      .email = fields.optional_text("email", longest_email_bytes)};
    const auto role = fields.optional_text("role");
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (role) {
        const auto parsed = model::parse_role(*role);
        if (!parsed) return std::unexpected(parsed.error());
        change.role = *parsed;
    }
    return change;
}

Result<void> write_name(Transaction& transaction, std::string_view id, const std::string& name) {
    const auto sealed = transaction.seal(name);
    if (!sealed) return std::unexpected(sealed.error());
    return told(transaction.execute(
        "update auth_users set name = :name, name_key_id = :key_id where tenant_id = :tenant and id = :id",
        {{"name", sealed->bytes}, {"key_id", sealed->key_id}, {"id", id}}));
}

Result<void> write_email(Transaction& transaction, base::Random& random, std::string_view id,
                         const std::string& address) {
    const auto email = seal_email(transaction, random, address);
    if (!email) return std::unexpected(email.error());
    return told(
        transaction.execute("update auth_users set email = :email, email_key_id = :key_id, email_hash = :hash"
                            " where tenant_id = :tenant and id = :id",
                            {{"email", email->sealed}, {"key_id", email->key_id}, {"hash", email->hash}, {"id", id}}));
}

Result<void> write_change(Transaction& transaction, base::Random& random, std::string_view id, model::Role role,
                          const UserChange& change) {
    auto written = told(
        transaction.execute("update auth_users set role = :role, changed_ms = {now_ms}, row_version = row_version + 1"
                            " where tenant_id = :tenant and id = :id",
                            {{"role", model::role_name(role)}, {"id", id}}));
    if (written && change.name) written = write_name(transaction, id, *change.name);
    if (written && change.email) written = write_email(transaction, random, id, *change.email);
    return written;
}

Result<Response> change(const flow::Platform& platform, const Request& request, const Context& context) {
    const std::string id(request.path_parameter("id"));
    const auto principal = acting(request, context, Action::user_manage, id);
    if (!principal) return std::unexpected(principal.error());
    const auto change = parse_change(request);
    if (!change) return std::unexpected(change.error());
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto known = find_user(transaction, id);
            if (!known) return std::unexpected(known.error());
            const model::Role role = change->role.value_or(model::parse_role(known->text("role")).value());
            const auto row = changeable(transaction, *principal, id, role);
            if (!row) return std::unexpected(row.error());
            if (const auto same = check_version(request, row->integer("row_version")); !same)
                return std::unexpected(same.error());
            if (const auto written = write_change(transaction, platform.random, id, role, *change); !written)
                return std::unexpected(written.error());
            const auto noted =
                audit(transaction, *principal, "user.change", id,
                      base::JsonObject{{"role_before", row->text("role")}, {"role", model::role_name(role)}});
            if (!noted) return std::unexpected(noted.error());
            return show_user(transaction, id, 200);
        });
}

Result<Response> remove(const flow::Platform& platform, const Request& request, const Context& context) {
    const std::string id(request.path_parameter("id"));
    const auto principal = acting(request, context, Action::user_manage, id);
    if (!principal) return std::unexpected(principal.error());
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto row = changeable(transaction, *principal, id, std::nullopt);
            if (!row) return std::unexpected(row.error());
            if (const auto same = check_version(request, row->integer("row_version")); !same)
                return std::unexpected(same.error());
            const auto revoked = transaction.execute(
                "update auth_keys set revoked_ms = {now_ms}, row_version = row_version + 1"
                " where tenant_id = :tenant and user_id = :id and revoked_ms is null",
                {{"id", id}});
            if (!revoked) return std::unexpected(revoked.error());
            const auto gone =
                transaction.execute("delete from auth_users where tenant_id = :tenant and id = :id", {{"id", id}});
            if (!gone) return std::unexpected(gone.error());
            const auto noted =
                audit(transaction, *principal, "user.delete", id, base::JsonObject{{"keys_revoked", *revoked}});
            if (!noted) return std::unexpected(noted.error());
            return Response{.status = 204};
        });
}

}  // namespace

std::optional<std::string> normal_email(std::string_view email) {
    const std::size_t at = email.find('@');
    const bool shaped = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                        email.find('@', at + 1) == std::string_view::npos && email.size() <= longest_email_bytes;
    if (!shaped || std::ranges::any_of(email, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }))
        return std::nullopt;
    std::string normal(email);
    for (char& c : normal)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return normal;
}

base::Result<void> add_user(Transaction& transaction, base::Random& random, const UserDraft& draft) {
    const auto name = transaction.seal(draft.name);
    if (!name) return std::unexpected(name.error());
    const auto email = seal_email(transaction, random, draft.email);
    if (!email) return std::unexpected(email.error());
    return told(transaction.execute(
        "insert into auth_users (tenant_id, id, role, name, name_key_id, email, email_key_id, email_hash, created_ms,"
        " changed_ms, row_version) values (:tenant, :id, :role, :name, :name_key_id, :email, :email_key_id, "
        ":email_hash,"
        " {now_ms}, {now_ms}, 1)",
        {{"id", draft.id},
         {"role", model::role_name(draft.role)},
         {"name", name->bytes},
         {"name_key_id", name->key_id},
         {"email", email->sealed},
         {"email_key_id", email->key_id},
         {"email_hash", email->hash}}));
}

std::vector<runtime::Route> user_routes(const flow::Platform& platform) {
    return {route("GET", "/v1/users", platform, list), route("POST", "/v1/users", platform, create),
            route("GET", "/v1/users/{id}", platform, show), route("PATCH", "/v1/users/{id}", platform, change),
            route("DELETE", "/v1/users/{id}", platform, remove)};
}

}  // namespace auth
