#include "simulation/witness.hpp"

#include <tuple>
#include <utility>

#include "flow/test_process.hpp"

namespace simulation {
namespace {

using base::Result;
using flow::must;

constexpr std::string_view tables =
    "create table witness_counts (tenant_id text not null, id text not null,"
    " heard bigint not null, done bigint not null, primary key (tenant_id, id))";

Result<void> count(store::Transaction& transaction, const std::string& run_id, const std::string& column) {
    const std::string other = column == "heard" ? "done" : "heard";
    const auto counted = transaction.execute("insert into witness_counts (tenant_id, id, " + column + ", " + other +
                                                 ") values (:tenant, :id, 1, 0) on conflict (tenant_id, id) do update"
                                                 " set " +
                                                 column + " = " + column + " + 1",
                                             {{"id", run_id}});
    if (!counted) return std::unexpected(counted.error());
    return {};
}

Result<void> tell(store::Transaction& transaction, const std::string& run_id) {
    const auto told = transaction.emit({.type = "witness.done",
                                        .natural_key = run_id,
                                        .partition_key = run_id,
                                        .payload = base::JsonObject{{"run_id", run_id}}});
    if (!told) return std::unexpected(told.error());
    return {};
}

// In a transaction of its own, as whoever forgets that there is one.
Result<void> apart(const flow::Platform& platform, const std::string& tenant_id,
                   const std::function<Result<void>(store::Transaction&)>& write) {
    auto transaction = platform.database.tenant(tenant_id, {.source = "witness"}).write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    if (auto written = write(*transaction); !written) return written;
    const auto committed = transaction->commit();
    return committed ? Result<void>() : std::unexpected(committed.error());
}

}  // namespace

flow::Service Witness::service() {
    return {
        .name = "witness",
        .options = {},
        .migrations = {{.service = "witness", .version = 1, .sql = tables}},
        .make = [this](const flow::Platform& platform) -> Result<flow::Parts> {
            flow::Parts parts;
            parts.events = {{.consumer = "witness.sessions",
                             .types = {"session.completed"},
                             .handle = [this, &platform](store::Transaction& transaction, const model::Event& event) {
                                 return hear(platform, transaction, event);
                             }}};
            parts.works = {{.kind = "witness.work",
                            .at_once = 2,
                            .work = [this, &platform](const store::Claim& claim,
                                                      const flow::WorkLease&) { return work(platform, claim); },
                            .gave_up = [](store::Transaction&, const store::Claim&,
                                          const base::Error&) -> Result<void> { return {}; }}};
            return parts;
        }};
}

Result<void> Witness::hear(const flow::Platform& platform, store::Transaction& transaction,
                           const model::Event& event) const {
    const std::string run_id = *event.payload.member("run_id")->text();
    const auto counting = [run_id](store::Transaction& into) { return count(into, run_id, "heard"); };
    if (plant_ == Plant::handler_not_idempotent) {
        platform.executor.post(
            [&platform, counting, tenant_id = event.tenant_id] { std::ignore = apart(platform, tenant_id, counting); });
        return danger_(platform.instance_id);
    }
    if (auto counted = counting(transaction); !counted) return counted;
    const auto added = store::add_work(
        transaction, {.kind = "witness.work", .subject = "witness/" + run_id, .most_attempts = 100, .payload = run_id});
    if (!added) return std::unexpected(added.error());
    return danger_(platform.instance_id);
}

Result<flow::CommitWork> Witness::work(const flow::Platform& platform, const store::Claim& claim) const {
    const std::string run_id = claim.payload;
    if (plant_ == Plant::no_fence) {
        const auto written = apart(platform, claim.tenant_id,
                                   [&](store::Transaction& transaction) { return count(transaction, run_id, "done"); });
        if (!written) return std::unexpected(written.error());
    }
    if (auto passed = danger_(platform.instance_id); !passed) return std::unexpected(passed.error());
    return [this, &platform, run_id](store::Transaction& transaction) { return commit(platform, transaction, run_id); };
}

Result<void> Witness::commit(const flow::Platform& platform, store::Transaction& transaction,
                             const std::string& run_id) const {
    if (plant_ != Plant::no_fence) {
        if (auto counted = count(transaction, run_id, "done"); !counted) return counted;
    }
    if (plant_ != Plant::outbox_apart) {
        if (auto told = tell(transaction, run_id); !told) return told;
        return danger_(platform.instance_id);
    }
    if (auto passed = danger_(platform.instance_id); !passed) return passed;
    platform.executor.post([&platform, run_id] {
        std::ignore = apart(platform, "acme", [&](store::Transaction& own) { return tell(own, run_id); });
    });
    return {};
}

Counts counts_of(const flow::Platform& platform, const std::string& run_id) {
    auto transaction = must(platform.database.tenant("acme").read());
    const auto row = must(transaction.query_one(
        "select heard, done from witness_counts where tenant_id = :tenant and id = :id", {{"id", run_id}}));
    return row ? Counts{row->integer("heard"), row->integer("done")} : Counts{};
}

}  // namespace simulation
