// For the tests of flow: a toy service with one of everything.
#pragma once
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "flow/requests.hpp"
#include "flow/test_platform.hpp"
#include "flow/test_process.hpp"

namespace flow {

/// A toy: POST /orders adds an order and emits order.placed; the consumer toy.orders adds work; the worker toy.bake
/// bakes and commits a cake and order.baked. Tests change its parts before it runs.
struct Toy {
    std::function<base::Result<void>(store::Transaction&, const model::Event&)> on_order = {};  // before the work
    std::function<base::Result<void>(const store::Claim&, const WorkLease&)> bake = {};         // while it bakes
    std::function<base::Result<void>(store::Transaction&)> on_commit = {};                      // after the cake
    std::function<void(Parts&, const Platform&)> change = {};
    std::int64_t most_attempts = 5;

    static constexpr std::array migrations{store::Migration{
        "toy", 1,
        "create table toy_cakes (tenant_id text not null, id text not null, times bigint not null, primary key "
        "(tenant_id, id));"
        "create table toy_orders (tenant_id text not null, id text not null, times bigint not null, primary key "
        "(tenant_id, id));"
        "create table toy_burnt (tenant_id text not null, id text not null, times bigint not null, error text not "
        "null, primary key (tenant_id, id))"}};

    /// `this` outlives the platform.
    Service service() {
        return {.name = "toy",
                .options = {},
                .migrations = {migrations.begin(), migrations.end()},
                .make = [this](const Platform& platform) -> base::Result<Parts> { return make(platform); }};
    }

    static base::Result<void> count(store::Transaction& transaction, const std::string& table, const std::string& id) {
        const auto done = transaction.execute("insert into " + table +
                                                  " (tenant_id, id, times) values (:tenant, :id, 1) on conflict "
                                                  "(tenant_id, id) do update set times = times + 1",
                                              {{"id", id}});
        if (!done) return std::unexpected(done.error());
        return {};
    }

  private:
    Parts make(const Platform& platform) {
        Parts parts;
        parts.routes = {{.method = "POST", .pattern = "/orders/{id}", .handler = [&platform](auto& request, auto&) {
                             return order(platform, request);
                         }}};
        parts.events = {{.consumer = "toy.orders",
                         .types = {"order.placed"},
                         .handle = [this](auto& transaction, auto& event) { return take(transaction, event); }}};
        parts.works = {
            {.kind = "toy.bake",
             .at_once = 2,
             .work = [this](auto& claim, auto& lease) { return work(claim, lease); },
             .gave_up = [](auto& transaction, auto& claim, auto& error) { return burn(transaction, claim, error); }}};
        if (change) change(parts, platform);
        return parts;
    }
    static runtime::Response order(const Platform& platform, const runtime::Request& request) {
        const std::string id(request.path_parameter("id"));
        auto transaction = must(platform.database.tenant("acme", {.source = "toy"}).write());
        must(count(transaction, "toy_orders", id));
        must(transaction.emit({.type = "order.placed",
                               .natural_key = id,
                               .partition_key = id,
                               .payload = base::JsonObject{{"order_id", id}}}));
        must(transaction.commit());
        return runtime::bytes_response(201, "text/plain", id);
    }
    base::Result<void> take(store::Transaction& transaction, const model::Event& event) {
        if (on_order) {
            if (auto done = on_order(transaction, event); !done) return done;
        }
        const std::string id = *event.payload.member("order_id")->text();
        // Without an id of its own, so that an event handled twice would be two cakes.
        const auto added = store::add_work(
            transaction, {.kind = "toy.bake", .subject = id, .most_attempts = most_attempts, .payload = id});
        if (!added) return std::unexpected(added.error());
        return {};
    }
    base::Result<CommitWork> work(const store::Claim& claim, const WorkLease& lease) {
        if (bake) {
            if (auto baked = bake(claim, lease); !baked) return std::unexpected(baked.error());
        }
        return [this, id = claim.payload](store::Transaction& transaction) -> base::Result<void> {
            if (auto done = count(transaction, "toy_cakes", id); !done) return done;
            const auto told = transaction.emit({.type = "order.baked", .natural_key = id, .partition_key = id});
            if (!told) return std::unexpected(told.error());
            return on_commit ? on_commit(transaction) : base::Result<void>();
        };
    }
    static base::Result<void> burn(store::Transaction& transaction, const store::Claim& claim,
                                   const base::Error& error) {
        const auto done = transaction.execute(
            "insert into toy_burnt (tenant_id, id, times, error) values (:tenant, :id, 1, :error) on conflict "
            "(tenant_id, id) do update set times = times + 1",
            {{"id", claim.payload}, {"error", base::code_name(error.code)}});
        if (!done) return std::unexpected(done.error());
        return {};
    }
};

/// What a table of the toy says of one thing; 0 when it has no row.
inline std::int64_t times(const Platform& platform, const std::string& table, const std::string& id) {
    auto transaction = must(platform.database.tenant("acme").read());
    const auto row = must(
        transaction.query_one("select times from " + table + " where tenant_id = :tenant and id = :id", {{"id", id}}));
    return row ? row->integer("times") : 0;
}

inline double metric(const Platform& platform, const char* name, const char* label, const std::string& value) {
    return platform.metrics.counter({name, "", {label}}).with({value}).value();
}

}  // namespace flow
