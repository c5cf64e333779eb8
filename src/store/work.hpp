// Work that instances share: rows that are claimed under a lease with an owner, an expiry by the database's clock and a
// fencing token, which grows with every claim. The pattern is claim (a transaction), work (none), commit (the tenant's
// transaction, which checks the token): whoever lost the lease meanwhile gets lease_lost there, and nothing of it is
// written.
//
// The states: ready → leased → done, back to ready by `fail` (until the attempts are used up), by `release` or by an
// expired lease; dead after the last attempt; buried once its service has taken note of that; cancelled.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace store {

struct WorkDraft {
    std::string id = {};       // derived from its natural key, so that it is added once; none: a fresh one
    std::string_view kind;     // such as "segment"
    std::string_view subject;  // what it is about, such as the session's id: `cancel_work` takes it
    std::string_view requirement =
        {};                     // only a claimer with this capability gets it (the engine fingerprint); none: anyone
    std::int64_t priority = 0;  // larger goes first within a tenant
    std::int64_t most_attempts = 5;
    std::chrono::milliseconds delay{0};
    std::string_view payload = "{}";
};

struct Claim {
    std::string tenant_id = {};
    std::string id = {};
    std::string kind = {};
    std::string subject = {};
    std::string payload = {};
    std::int64_t token = 0;
    std::int64_t attempt = 0;  // from 1
    std::int64_t most_attempts = 0;
    std::string correlation_id = {};  // of the transaction that added it, as its traceparent
    std::string traceparent = {};
};

// In the tenant's transaction

/// Adds work that can be claimed once this commits; nothing happens when its id is there already. Gives its id.
base::Result<std::string> add_work(Transaction& transaction, const WorkDraft& draft);
/// Errors: lease_lost, as for all that take a claim.
base::Result<void> complete_work(Transaction& transaction, const Claim& claim);

enum class WorkFate : std::uint8_t { retried, dead };
/// Gives it back to be tried again after a time, or declares it dead when this was the last attempt or is to be.
base::Result<WorkFate> fail_work(Transaction& transaction, const Claim& claim, std::string_view error,
                                 std::chrono::milliseconds retry_after, bool is_last = false);
/// Checks and prolongs nothing: for a transaction in the middle of the work.
base::Result<void> check_work(Transaction& transaction, const Claim& claim);
/// Takes note of dead work, once: false when somebody did already. The service tells its own tables in the same
/// transaction.
base::Result<bool> bury_work(Transaction& transaction, std::string_view id);
/// Makes dead or buried work ready again, with all its attempts. False when it is neither.
base::Result<bool> revive_work(Transaction& transaction, std::string_view id);
/// Nobody gets what is ready, and whoever holds a lease will find it lost. An empty kind stands for all. Gives how
/// many.
base::Result<std::int64_t> cancel_work(Transaction& transaction, std::string_view subject, std::string_view kind = {});

// Across tenants

struct ClaimRequest {
    std::string_view kind;
    std::string_view capability = {};  // the engine fingerprint this instance can serve
    std::string_view owner;            // the instance, for people
    std::chrono::milliseconds lease{30'000};
};

/// The next piece of work, or none: of the tenant with the fewest leased pieces of this kind, its highest priority, its
/// oldest. Expired leases are taken back first. Looking while there is nothing takes no lock.
base::Result<std::optional<Claim>> claim_work(System system, const ClaimRequest& request);
/// Prolongs the leases; gives the claims that are lost, whose work should stop.
base::Result<std::vector<Claim>> heartbeat(System system, const std::vector<Claim>& claims,
                                           std::chrono::milliseconds lease);
/// Gives work back without counting the attempt (drain). A claim that is lost is passed over.
base::Result<void> release_work(System system, const std::vector<Claim>& claims);
/// Takes back the expired leases of every kind: ready again, or dead after the last attempt. Gives how many.
base::Result<std::int64_t> reap_work(System system);

struct DeadWork {
    Claim work;
    std::string error;
};
/// Dead and not yet buried; the service buries each in a transaction of its tenant.
base::Result<std::vector<DeadWork>> dead_work(System system, std::string_view kind, std::int64_t limit);

struct WorkCount {
    std::string kind;
    std::string state;
    std::int64_t count = 0;
};
/// For metrics.
base::Result<std::vector<WorkCount>> count_work(System system);
/// Only what is ready, leased or dead: quick, however much has ended.
base::Result<std::vector<WorkCount>> count_open_work(System system);

}  // namespace store
