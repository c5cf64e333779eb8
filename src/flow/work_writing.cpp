// What a worker writes: results, faults, and that work will never be done.
#include "flow/backoff.hpp"
#include "flow/faults.hpp"
#include "flow/work_loop.hpp"

namespace flow {

using base::ErrorCode;
using runtime::LogLevel;

// A fault of the storage that comes back from here means that nothing was tried: CommitWork is called once at most.
base::Result<void> WorkLoop::write(Held& held) {
    if (held.result) {
        auto transaction = transaction_for(held.claim);
        if (!transaction) return std::unexpected(std::move(transaction.error()));
        auto committed = commit(*transaction, held.claim, *held.result);
        if (committed || surroundings_.gate->was_cut() || committed.error().code == ErrorCode::lease_lost)
            return committed;
        held.result = std::unexpected(std::move(committed.error()));
    }
    return fail(held.claim, held.result.error(), Death::is_told);
}

base::Result<store::Transaction> WorkLoop::transaction_for(const store::Claim& claim) {
    return surroundings_.platform.database
        .tenant(claim.tenant_id, {.source = surroundings_.service,
                                  .correlation_id = claim.correlation_id,
                                  .causation_id = claim.id,
                                  .traceparent = claim.traceparent})
        .write();
}

base::Result<void> WorkLoop::commit(store::Transaction& transaction, const store::Claim& claim,
                                    const CommitWork& write_result) {
    // First, so that a result that is not wanted any more is not written at all.
    if (auto mine = store::complete_work(transaction, claim); !mine) return mine;
    if (write_result) {
        if (auto written = guarded([&] { return write_result(transaction); }); !written) return written;
    }
    if (surroundings_.gate->was_cut()) return base::fail(ErrorCode::lease_lost, "the process has ended");
    if (const auto position = transaction.commit(); !position) return std::unexpected(position.error());
    done_.add();
    surroundings_.work_may_be_there();
    return {};
}

base::Result<void> WorkLoop::fail(const store::Claim& claim, const base::Error& error, Death death) {
    auto transaction = transaction_for(claim);
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto wait =
        wait_after({handler_.first_retry, handler_.longest_retry}, claim.attempt, surroundings_.platform.random);
    const auto fate =
        store::fail_work(*transaction, claim, to_text(error), wait, !base::describe(error.code).retryable);
    if (!fate) return std::unexpected(fate.error());
    const bool is_dead = *fate == store::WorkFate::dead;
    if (is_dead && death == Death::is_told) {
        if (auto told = tell_of_death(*transaction, claim, error); !told) {
            if (surroundings_.gate->was_cut() || is_storage_fault(told.error().code))
                return std::unexpected(told.error());
            log(LogLevel::error, "gave_up_failed", claim, told.error());
            transaction = base::fail(ErrorCode::internal, "");  // ends it, before the next begins
            return fail(claim, error, Death::is_left_to_the_care);
        }
    }
    if (const auto position = transaction->commit(); !position) return std::unexpected(position.error());
    (is_dead ? dead_ : retries_).add();
    if (is_dead) {
        log(LogLevel::error, "work_given_up", claim, error);
        surroundings_.work_may_be_there();
    } else {
        log(LogLevel::warning, "work_retried", claim, error);
    }
    return {};
}

// False when somebody else has done so.
base::Result<bool> WorkLoop::tell_of_death(store::Transaction& transaction, const store::Claim& claim,
                                           const base::Error& error) {
    const auto buried = store::bury_work(transaction, claim.id);
    if (!buried || !*buried || !handler_.gave_up) return buried;
    const auto told = guarded([&] { return handler_.gave_up(transaction, claim, error); });
    if (!told) return std::unexpected(told.error());
    if (surroundings_.gate->was_cut()) return base::fail(ErrorCode::cancelled, "the process has ended");
    return true;
}

// What died because its leases expired, or could not be told when it died.
void WorkLoop::bury_dead() {
    constexpr std::int64_t most = 100;
    const auto dead = store::dead_work(claims(), handler_.kind, most);
    if (!dead) return;  // looking for work tells that the store fails
    for (const store::DeadWork& work : *dead) {
        const auto buried = bury(work);
        if (surroundings_.gate->closed()) return;
        if (!buried) log(LogLevel::error, "gave_up_failed", work.work, buried.error());
    }
}

base::Result<void> WorkLoop::bury(const store::DeadWork& dead) {
    auto transaction = transaction_for(dead.work);
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const base::Error error = parse_fault(dead.error);
    const auto told = tell_of_death(*transaction, dead.work, error);
    if (!told) return std::unexpected(told.error());
    if (!*told) return {};
    if (const auto position = transaction->commit(); !position) return std::unexpected(position.error());
    dead_.add();
    log(LogLevel::error, "work_given_up", dead.work, error);
    surroundings_.work_may_be_there();
    return {};
}

}  // namespace flow
