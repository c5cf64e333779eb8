// The port of the event bus: topics of ordered records, read by groups of consumers at their own pace.
//
// A topic has a fixed number of partitions; a record's key decides its partition, so that records of one key stay in
// order. A partition is read by one consumer of a group at a time: it claims it under a lease, and another takes it
// over when the lease ends, from the offset that was committed last. Delivery is at least once: what was polled and not
// committed comes again. Records stay for the retention, whether they were read or not, and can be read again (seek).
// Leases and ages go by the injected clock's wall time, the one clock that processes share: where it jumps, two
// consumers may for a moment hold one partition, and the later commit of the two is refused.
//
// Bounds: a topic is 1 to 128 of a-z, 0-9, '.', '_', '-'; a group the same; an id 1 to 128 bytes, a key 0 to 512, a
// value at most 1 MiB. Anything else is invalid_argument.
//
// Threads: Bus may be used from any thread; a Consumer belongs to one thread at a time and must not outlive its Bus.
// Any number of processes may use one bus. Errors of every call, beside its own: bus_failed (try again), bus_corrupt,
// disk_full.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"

namespace bus {

using Time = std::chrono::system_clock::time_point;

struct Message {
    std::string id;     // of the event; once per topic as long as the record stays
    std::string topic;  // made when it is new
    std::string key;
    std::string value;  // opaque
};

struct Record {
    std::string topic;
    std::uint32_t partition = 0;
    std::int64_t offset = 0;  // from 0, without gaps, in its partition
    std::string id;
    std::string key;
    std::string value;
    Time published;  // never goes back within a partition
};

struct PollLimits {
    std::size_t records = 256;
    std::size_t bytes = std::size_t{4} << 20U;  // of values; one record always fits
};

struct Batch {
    std::vector<Record> records;  // in order within each partition
    // Records that the group never committed and that the retention has removed: lost to it. Worth a log line.
    std::uint64_t skipped_records = 0;
};

class Consumer {
  public:
    virtual ~Consumer() = default;  // gives its partitions back

    /// The next records of the partitions it holds, without waiting; empty when there are none. Also renews its leases
    /// and takes over what others left, so it must be called more often than the lease lasts (wake() sees to that).
    virtual base::Result<Batch> poll(const PollLimits& limits = {}) = 0;

    /// What was polled up to these records, partition by partition, is done and will not come again. Errors:
    /// bus_claim_lost when another consumer has taken a partition of theirs; what concerns the others is committed all
    /// the same.
    virtual base::Result<void> commit(std::span<const Record> records) = 0;

    /// The next poll begins again after what was committed.
    virtual void rewind() = 0;

    /// Runs the task once, on the executor, when a poll is due: records may have come since the last one (told at once
    /// by a publish in this process, within `poll_interval` for another), or the leases want renewing. A second call
    /// replaces the first. A task that has been posted already may still run after the consumer is gone.
    virtual void wake(std::function<void()> task) = 0;
};

enum class Start : std::uint8_t { earliest, latest };  // where a group begins that has never committed

struct Beginning {};
struct End {};
using SeekTarget = std::variant<Beginning, End, Time>;  // Time: the first record published then or later

struct PartitionLag {
    std::string topic;
    std::uint32_t partition = 0;
    std::int64_t committed = 0;  // the offset the group reads next
    std::int64_t end = 0;        // the offset the next record gets
    [[nodiscard]] std::int64_t records() const { return end - committed; }
};

class Bus {
  public:
    virtual ~Bus() = default;

    /// All of them or none, in order, durable when this returns. A message whose id is in its topic already is dropped.
    /// Gives how many were new.
    virtual base::Result<std::size_t> publish(std::span<const Message> messages) = 0;

    /// One more consumer of the group; it claims partitions with its first poll.
    virtual base::Result<std::unique_ptr<Consumer>> subscribe(std::string_view group,
                                                              std::span<const std::string> topics,
                                                              Start start = Start::earliest) = 0;

    /// How far the group is behind, for every partition of every topic it has ever polled.
    virtual base::Result<std::vector<PartitionLag>> lag(std::string_view group) = 0;

    /// Where the group goes on in this topic. Its consumers lose their claims there and claim anew.
    virtual base::Result<void> seek(std::string_view group, std::string_view topic, const SeekTarget& target) = 0;

    /// Removes records beyond the retention: a bounded number a call; gives how many, 0 when none is left.
    virtual base::Result<std::size_t> retain() = 0;

    /// Whether the bus answers (for /readyz).
    virtual base::Result<void> check() = 0;
};

struct Retention {
    std::chrono::milliseconds age = std::chrono::hours(24 * 7);
    std::uint64_t partition_bytes = std::uint64_t{256} << 20U;  // of ids, keys and values
};

struct Config {
    std::string adapter = "sqlite";
    std::string location;          // the file, made when it is missing
    std::uint32_t partitions = 8;  // of topics that are made from now on; 1 to 1024
    std::chrono::milliseconds lease{6000};
    std::chrono::milliseconds poll_interval{100};
    Retention retention;
};

/// What the adapters are given; it outlives them.
struct Surroundings {
    const base::Clock& clock;
    base::Random& random;
    base::Executor& executor;
};

/// Errors: invalid_argument (unknown adapter, a value out of bounds); database_newer (a later version has written the
/// file).
base::Result<std::unique_ptr<Bus>> open_bus(const Config& config, const Surroundings& surroundings);

}  // namespace bus
