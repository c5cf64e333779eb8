// Private to flow: one worker of a service in this process: claims while it has room, works on the other executor,
// commits, keeps the leases alive, and tells the service of work that died.
#pragma once
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "flow/pulse.hpp"
#include "flow/surroundings.hpp"

namespace flow {

class WorkLoop {
  public:
    /// Both outlive it.
    WorkLoop(const Surroundings& surroundings, const WorkHandler& handler);
    void start();
    /// Something may be there.
    void wake() { looking_.wake(); }
    /// Tells what is in hand that it is lost, and gives back what does not run just now; the rest when it ends. After
    /// the gate was closed.
    void stop();

  private:
    enum class Stage : std::uint8_t {
        queued,    // for the work executor
        working,   //
        waiting,   // to be written
        writing,   //
        released,  // somebody else's
    };
    /// A claim in hand.
    struct Held final : WorkLease {
        explicit Held(store::Claim given) : claim(std::move(given)) {}
        [[nodiscard]] const std::atomic<bool>& lost() const override { return is_lost; }
        const store::Claim claim;
        std::atomic<bool> is_lost = false;
        Stage stage = Stage::queued;
        base::Result<CommitWork> result;
        std::int64_t storage_faults = 0;
    };
    using HeldWork = std::shared_ptr<Held>;

    Pulse::Pause look();
    Pulse::Pause care();
    void hold_on();
    void bury_dead();
    base::Result<void> bury(const store::DeadWork& dead);

    void begin(store::Claim claim);
    void work(const HeldWork& held);
    void finish(const HeldWork& held);
    base::Result<void> write(Held& held);
    base::Result<void> commit(store::Transaction& transaction, const store::Claim& claim,
                              const CommitWork& write_result);
    enum class Death : std::uint8_t { is_told, is_left_to_the_care };
    base::Result<void> fail(const store::Claim& claim, const base::Error& error, Death death);
    base::Result<bool> tell_of_death(store::Transaction& transaction, const store::Claim& claim,
                                     const base::Error& error);
    void write_later(const HeldWork& held);
    void drop(const HeldWork& held);
    void release(const std::vector<store::Claim>& claims);
    /// Moves it on unless it was released meanwhile or is to be: then it is given back, and this is false.
    bool enter(const HeldWork& held, Stage stage);

    base::Result<store::Transaction> transaction_for(const store::Claim& claim);
    store::System claims() { return surroundings_.platform.database.system(store::SystemCaller::claims); }
    void log(runtime::LogLevel level, runtime::Literal event, const store::Claim& claim, const base::Error& error);
    runtime::Counter& counter(const char* name, const char* help);

    const Surroundings& surroundings_;
    const WorkHandler& handler_;
    runtime::Counter& done_;
    runtime::Counter& retries_;
    runtime::Counter& dead_;
    runtime::Counter& lost_;
    std::mutex mutex_;  // of the following three
    std::vector<HeldWork> held_;
    std::int64_t look_failures_ = 0;
    bool stopping_ = false;
    Pulse looking_;
    Pulse caring_;
};

}  // namespace flow
