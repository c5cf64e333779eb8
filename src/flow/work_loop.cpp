#include "flow/work_loop.hpp"

#include <algorithm>
#include <utility>

#include "flow/backoff.hpp"
#include "flow/faults.hpp"

namespace flow {

using base::ErrorCode;
using runtime::LogLevel;
using std::chrono::milliseconds;

namespace {

constexpr Backoff storage_backoff{milliseconds(100), milliseconds(5000)};

}  // namespace

WorkLoop::WorkLoop(const Surroundings& surroundings, const WorkHandler& handler)
    : surroundings_(surroundings),
      handler_(handler),
      done_(counter("work_done_total", "Pieces of work that were done")),
      retries_(counter("work_retries_total", "Pieces of work that have to be tried again")),
      dead_(counter("work_dead_total", "Pieces of work that were given up")),
      lost_(counter("work_leases_lost_total", "Leases that were lost before the work was done")),
      looking_(surroundings.gate, surroundings.platform.clock, surroundings.platform.executor,
               [this] { return look(); }),
      caring_(surroundings.gate, surroundings.platform.clock, surroundings.platform.executor,
              [this] { return care(); }) {}

runtime::Counter& WorkLoop::counter(const char* name, const char* help) {
    return surroundings_.platform.metrics.counter({name, help, {"kind"}}).with({handler_.kind});
}

void WorkLoop::start() {
    looking_.wake();
    caring_.wake();
}

void WorkLoop::stop() {
    looking_.stop();
    caring_.stop();
    std::vector<store::Claim> idle;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const HeldWork& held : held_) {
            held->is_lost = true;
            if (held->stage != Stage::queued && held->stage != Stage::waiting) continue;
            held->stage = Stage::released;
            idle.push_back(held->claim);
        }
        std::erase_if(held_, [](const HeldWork& held) { return held->stage == Stage::released; });
    }
    release(idle);
}

Pulse::Pause WorkLoop::look() {
    {
        const std::lock_guard lock(mutex_);
        if (held_.size() >= std::max<std::size_t>(handler_.at_once, 1)) return std::nullopt;  // whoever ends wakes it
    }
    auto claim = store::claim_work(claims(), {.kind = handler_.kind,
                                              .capability = handler_.capability,
                                              .owner = surroundings_.platform.instance_id,
                                              .lease = surroundings_.options.lease});
    if (!claim) {
        surroundings_.platform.log.write(LogLevel::warning, "claim_failed", nullptr,
                                         {{"kind", handler_.kind}, {"code", base::code_name(claim.error().code)}});
        return wait_after(storage_backoff, ++look_failures_, surroundings_.platform.random);
    }
    look_failures_ = 0;
    if (!*claim) return surroundings_.options.look_for_work;
    begin(**std::move(claim));
    return milliseconds(0);
}

void WorkLoop::begin(store::Claim claim) {
    const auto held = std::make_shared<Held>(std::move(claim));
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_) held_.push_back(held);
    }
    if (!enter(held, Stage::queued)) return;
    surroundings_.platform.work_executor.post(surroundings_.gate->guard([this, held] { work(held); }));
}

bool WorkLoop::enter(const HeldWork& held, Stage stage) {
    {
        const std::lock_guard lock(mutex_);
        if (held->stage == Stage::released) return false;
        held->stage = stopping_ ? Stage::released : stage;
        if (!stopping_) return true;
        std::erase(held_, held);
    }
    release({held->claim});
    return false;
}

void WorkLoop::work(const HeldWork& held) {
    if (!enter(held, Stage::working)) return;
    held->result = guarded([&] { return handler_.work(held->claim, *held); });
    if (surroundings_.gate->was_cut() || !enter(held, Stage::waiting)) return;
    surroundings_.platform.executor.post(surroundings_.gate->guard([this, held] { finish(held); }));
}

void WorkLoop::finish(const HeldWork& held) {
    if (!enter(held, Stage::writing)) return;
    const auto written = held->is_lost ? base::fail(ErrorCode::lease_lost, "") : write(*held);
    if (surroundings_.gate->was_cut()) return;
    if (!written && is_storage_fault(written.error().code)) return write_later(held);
    if (!written && written.error().code == ErrorCode::lease_lost) {
        lost_.add();
    } else if (!written) {
        // Its lease ends by itself, and counts as an attempt.
        log(LogLevel::error, "work_not_written", held->claim, written.error());
    }
    drop(held);
}

void WorkLoop::drop(const HeldWork& held) {
    {
        const std::lock_guard lock(mutex_);
        std::erase(held_, held);
    }
    looking_.wake();
}

// The lease is kept meanwhile, and the result with it.
void WorkLoop::write_later(const HeldWork& held) {
    if (!enter(held, Stage::waiting)) return;
    const Platform& platform = surroundings_.platform;
    const auto wait = wait_after(storage_backoff, ++held->storage_faults, platform.random);
    platform.executor.at(platform.clock.now() + wait, surroundings_.gate->guard([this, held] { finish(held); }));
}

Pulse::Pause WorkLoop::care() {
    hold_on();
    bury_dead();
    return surroundings_.options.lease / 3;
}

void WorkLoop::hold_on() {
    std::vector<store::Claim> in_hand;
    {
        const std::lock_guard lock(mutex_);
        for (const HeldWork& held : held_)
            in_hand.push_back(held->claim);
    }
    if (in_hand.empty()) return;
    const auto lost = store::heartbeat(claims(), in_hand, surroundings_.options.lease);
    if (!lost) {
        log(LogLevel::warning, "heartbeat_failed", in_hand.front(), lost.error());
        return;
    }
    const std::lock_guard lock(mutex_);
    for (const store::Claim& claim : *lost) {
        for (const HeldWork& held : held_) {
            if (held->claim.id == claim.id && held->claim.tenant_id == claim.tenant_id &&
                held->claim.token == claim.token)
                held->is_lost = true;
        }
    }
}

void WorkLoop::release(const std::vector<store::Claim>& in_hand) {
    if (in_hand.empty()) return;
    const auto released = store::release_work(claims(), in_hand);
    if (!released) log(LogLevel::warning, "release_failed", in_hand.front(), released.error());
}

void WorkLoop::log(LogLevel level, runtime::Literal event, const store::Claim& claim, const base::Error& error) {
    runtime::Context context;
    context.correlation_id = claim.correlation_id;
    surroundings_.platform.log.write(level, event, &context,
                                     {{"kind", claim.kind},
                                      {"work_id", claim.id},
                                      {"tenant_id", claim.tenant_id},
                                      {"attempt", claim.attempt},
                                      {"code", base::code_name(error.code)},
                                      {"message", error.message}});
}

}  // namespace flow
