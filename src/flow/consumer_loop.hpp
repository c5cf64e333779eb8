// Private to flow: one consumer of events of one service in this process. A partition whose event cannot be handled now
// stands still, so that the order of a key is kept; the others go on.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "flow/dead_letters.hpp"
#include "flow/pulse.hpp"
#include "flow/surroundings.hpp"

namespace flow {

class ConsumerLoop {
  public:
    /// Both outlive it.
    ConsumerLoop(const Surroundings& surroundings, const EventHandler& handler);
    void start() { pulse_.wake(); }
    /// What was handled stays handled; partitions go back.
    void stop() { pulse_.stop(); }

  private:
    using Time = std::chrono::steady_clock::time_point;
    using Place = std::pair<std::string, std::uint32_t>;  // topic and partition
    /// The event that a partition stands still for.
    struct Stumble {
        std::string event_id;
        std::int64_t tries = 0;
        std::optional<Time> resume_at;  // none: it is being tried again
    };
    struct Delivery {
        model::Event event;
        std::int64_t earlier_tries = 0;
        std::optional<base::Error> fault = {};  // it is no event at all
    };

    Pulse::Pause step();
    base::Result<void> subscribe();
    void resume();
    [[nodiscard]] Pulse::Pause rest();
    Pulse::Pause failed(const base::Error& error);
    void measure();
    std::vector<bus::Record> handle_all(const std::vector<bus::Record>& records);
    base::Result<void> commit(const std::vector<bus::Record>& done);

    /// Whether the record is done with.
    bool handle(const bus::Record& record);
    [[nodiscard]] std::optional<Delivery> read(const bus::Record& record) const;
    base::Result<void> deliver(const model::Event& event);
    bool judge(const bus::Record& record, const Delivery& delivery, const base::Error& error);
    bool give_up(const bus::Record& record, const Delivery& delivery, const base::Error& error, std::int64_t tries);
    void stand_still(const bus::Record& record, const model::Event& event, const base::Error& error,
                     std::int64_t tries);
    std::int64_t tries_of(const bus::Record& record, const model::Event& event) const;

    const Surroundings& surroundings_;
    const EventHandler& handler_;
    runtime::Counter& handled_;
    runtime::Counter& retries_;
    runtime::Counter& dead_letters_;
    runtime::Gauge& lag_;
    Time measure_at_;
    std::unique_ptr<bus::Consumer> consumer_;
    std::map<Place, Stumble> stumbles_;
    std::int64_t failures_ = 0;  // of the bus, in a row
    Pulse pulse_;
};

}  // namespace flow
