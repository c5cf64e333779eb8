// A service that only the simulation has: it counts what the others tell and does a piece of work for each, so that a
// thing that happens twice, or never, shows. Each planted fault is one way to write such a service wrongly.
#pragma once
#include <cstdint>
#include <string>

#include "flow/service.hpp"

namespace simulation {

enum class Plant : std::uint8_t {
    nothing,
    handler_not_idempotent,  // the count is written later, by itself, whatever becomes of the handler's transaction
    no_fence,                // the work is written while it is done, whoever holds the lease by then
    outbox_apart,            // the event is told after the commit of its fact, in a transaction of its own
    local_lease_clock,       // each process judges leases by its own clock
    unsynced_blobs,          // a blob has its name before its bytes are durable
};

/// Called where something may go wrong, with the process that is there; an error undoes what is being done.
using Danger = std::function<base::Result<void>(const std::string& instance_id)>;

/// Counts session.completed by run ("heard"), adds work for each, counts the work when it is done ("done") and tells
/// witness.done. There is danger at the end of the handler, in the work, and in its commit.
class Witness {
  public:
    Witness(Plant plant, Danger danger) : plant_(plant), danger_(std::move(danger)) {}

    /// This outlives the service.
    flow::Service service();

  private:
    base::Result<void> hear(const flow::Platform& platform, store::Transaction& transaction,
                            const model::Event& event) const;
    base::Result<void> commit(const flow::Platform& platform, store::Transaction& transaction,
                              const std::string& run_id) const;
    base::Result<flow::CommitWork> work(const flow::Platform& platform, const store::Claim& claim) const;

    Plant plant_;
    Danger danger_;
};

struct Counts {
    std::int64_t heard = 0;
    std::int64_t done = 0;
};
Counts counts_of(const flow::Platform& platform, const std::string& run_id);

}  // namespace simulation
