#include "store/housekeeping.hpp"

#include <array>
#include <map>

#include "flow/runner.hpp"
#include "store/relay.hpp"

namespace flow {
namespace {

using runtime::OptionType;
using std::chrono::milliseconds;
using store::SystemCaller;

constexpr std::int64_t relay_batch = 256;
constexpr std::int64_t sweep_batch = 500;

bus::Message message_of(const store::OutboxRow& row) {
    return {row.key.id, row.topic, row.partition_key, row.event};
}

// One batch from the outbox to the bus, in order. Whoever stops between the two steps publishes it again, which the bus
// drops by the events' ids.
base::Result<bool> relay(const Platform& platform) {
    const store::System system = platform.database.system(SystemCaller::relay);
    const auto rows = store::unpublished(system, relay_batch);
    if (!rows) return std::unexpected(rows.error());
    if (rows->empty()) return false;
    std::vector<bus::Message> messages;
    std::vector<store::OutboxKey> keys;
    for (const store::OutboxRow& row : *rows) {
        messages.push_back(message_of(row));
        keys.push_back(row.key);
    }
    if (const auto published = platform.bus.publish(messages); !published) return std::unexpected(published.error());
    if (const auto marked = store::mark_published(system, keys); !marked) return std::unexpected(marked.error());
    return rows->size() == relay_batch;
}

base::Result<bool> reap(const Platform& platform) {
    const auto reaped = store::reap_work(platform.database.system(SystemCaller::claims));
    if (!reaped) return std::unexpected(reaped.error());
    return false;
}

struct Ages {
    store::Retention rows;
    milliseconds abandoned_upload;
};

base::Result<bool> sweep(const Platform& platform, const Ages& ages) {
    const auto rows = store::prune(platform.database.system(SystemCaller::sweeper), ages.rows, sweep_batch);
    if (!rows) return std::unexpected(rows.error());
    const auto records = platform.bus.retain();
    if (!records) return std::unexpected(records.error());
    if (*rows > 0 || *records > 0) return true;
    const auto uploads = platform.blobs.sweep(platform.clock.utc_now() - ages.abandoned_upload);
    if (!uploads) return std::unexpected(uploads.error());
    return false;
}

class Gauges {
  public:
    explicit Gauges(runtime::Metrics& metrics)
        : backlog_(metrics.gauge({"outbox_backlog_events", "Events that are not on the bus yet"}).with()),
          age_(metrics.gauge({"outbox_oldest_event_age_seconds", "Age of the oldest of them"}).with()),
          queue_(metrics.gauge({"queue_length", "Pieces of work that are ready or being done"}).with()),
          work_(metrics.gauge({"work_count", "Pieces of work that have not ended", {"kind", "state"}})) {}

    base::Result<void> refresh(store::Database& database) {
        const auto backlog = store::outbox_backlog(database.system(SystemCaller::metrics));
        if (!backlog) return std::unexpected(backlog.error());
        backlog_.set(static_cast<double>(backlog->events));
        age_.set(static_cast<double>(backlog->oldest_age_ms) / 1000);
        const auto counts = store::count_open_work(database.system(SystemCaller::metrics));
        if (!counts) return std::unexpected(counts.error());
        show(*counts);
        return {};
    }

  private:
    void show(const std::vector<store::WorkCount>& counts) {
        std::int64_t queue = 0;
        for (auto& [labels, count] : seen_)
            count = 0;
        for (const store::WorkCount& work : counts) {
            seen_[{work.kind, work.state}] = work.count;
            if (work.state != "dead") queue += work.count;
        }
        queue_.set(static_cast<double>(queue));
        for (const auto& [labels, count] : seen_)
            work_.with(labels).set(static_cast<double>(count));
    }

    runtime::Gauge& backlog_;
    runtime::Gauge& age_;
    runtime::Gauge& queue_;
    runtime::Family<runtime::Gauge>& work_;
    std::map<runtime::LabelValues, std::int64_t> seen_;  // what is gone must be shown as 0
};

base::Result<bool> refresh(Gauges& gauges, store::Database& database) {
    const auto refreshed = gauges.refresh(database);
    if (!refreshed) return std::unexpected(refreshed.error());
    return false;
}

}  // namespace

std::vector<runtime::Option> housekeeping_options() {
    return {
        {.name = "housekeeping.relay_interval",
         .type = OptionType::duration,
         .default_text = "50ms",
         .documentation = "How often the relay looks for events that other processes have committed."},
        {.name = "housekeeping.reap_interval",
         .type = OptionType::duration,
         .default_text = "5s",
         .documentation = "How often work whose lease has expired is taken back."},
        {.name = "housekeeping.metrics_interval",
         .type = OptionType::duration,
         .default_text = "5s",
         .documentation = "How often queues are counted for /metrics."},
        {.name = "housekeeping.sweep_interval",
         .type = OptionType::duration,
         .default_text = "10m",
         .documentation = "How often old rows, records and abandoned uploads are removed."},
        {.name = "housekeeping.published_event_age",
         .type = OptionType::duration,
         .default_text = "24h",
         .documentation = "How long the outbox keeps events that were published."},
        {.name = "housekeeping.seen_event_age",
         .type = OptionType::duration,
         .default_text = "8d",
         .documentation = "How long consumers remember what they have handled; longer than the bus keeps events."},
        {.name = "housekeeping.ended_work_age",
         .type = OptionType::duration,
         .default_text = "7d",
         .documentation = "How long work that has ended is kept."},
        {.name = "housekeeping.abandoned_upload_age",
         .type = OptionType::duration,
         .default_text = "48h",
         .documentation = "How long the blob storage keeps an upload that nobody writes to."},
        {.name = "housekeeping.stray_blob_interval",
         .type = OptionType::duration,
         .default_text = "6h",
         .documentation = "How often blobs are looked for that nothing in the database names."},
        {.name = "housekeeping.stray_blob_age",
         .type = OptionType::duration,
         .default_text = "48h",
         .documentation = "How old such a blob must be to be removed; longer than a process may be frozen."},
    };
}

Parts housekeeping(const Platform& platform) {
    const runtime::Config& config = platform.config;
    const Ages ages{{.published_events = config.duration("housekeeping.published_event_age"),
                     .seen_events = config.duration("housekeeping.seen_event_age"),
                     .ended_work = config.duration("housekeeping.ended_work_age")},
                    config.duration("housekeeping.abandoned_upload_age")};
    const auto gauges = std::make_shared<Gauges>(platform.metrics);
    Parts parts;
    parts.tasks = {
        {.name = "relay",
         .every = config.duration("housekeeping.relay_interval"),
         .alone = true,
         .on_commit = true,
         .run = [platform](const store::NamedLease*) { return relay(platform); }},
        {.name = "reaper",
         .every = config.duration("housekeeping.reap_interval"),
         .run = [platform](const store::NamedLease*) { return reap(platform); }},
        {.name = "metrics",
         .every = config.duration("housekeeping.metrics_interval"),
         .run = [platform, gauges](const store::NamedLease*) { return refresh(*gauges, platform.database); }},
        {.name = "sweeper",
         .every = config.duration("housekeeping.sweep_interval"),
         .alone = true,
         .run = [platform, ages](const store::NamedLease*) { return sweep(platform, ages); }},
    };
    return parts;
}

}  // namespace flow
