// Named leases for what must run once in the whole installation (relay, sweeper). The holder's token grows with every
// change of holder; what a holder writes is checked against it, so that one who slept past the end writes nothing.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/database.hpp"

namespace store {

struct NamedLease {
    std::string name;
    std::string owner;
    std::int64_t token = 0;
};

/// The lease, when nobody holds it; none while somebody does. `owner` must be unique to the holder: the same owner
/// asking again gets it anew, with a larger token (an instance that was restarted).
base::Result<std::optional<NamedLease>> acquire_lease(System system, std::string_view name, std::string_view owner,
                                                      std::chrono::milliseconds duration);
/// False when it is lost.
base::Result<bool> renew_lease(System system, const NamedLease& lease, std::chrono::milliseconds duration);
/// Lets the next one in at once. A lost lease is passed over.
base::Result<void> release_lease(System system, const NamedLease& lease);
/// Inside the transaction that writes under the lease. Errors: lease_lost, and nothing of it can be committed.
base::Result<void> check_lease(SystemTransaction& transaction, const NamedLease& lease);

}  // namespace store
