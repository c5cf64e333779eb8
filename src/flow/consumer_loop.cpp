#include "flow/consumer_loop.hpp"

#include <algorithm>

#include "flow/backoff.hpp"
#include "flow/faults.hpp"
#include "flow/letters.hpp"
#include "flow/requests.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using runtime::LogLevel;
using std::chrono::milliseconds;

// So few that they are handled well within the lease of a partition.
constexpr std::size_t batch_records = 64;

runtime::Context context_of(const model::Event& event) {
    runtime::Context context;
    context.correlation_id = event.correlation_id;
    return context;
}

bool can_be_tried_again(ErrorCode code) {
    return base::describe(code).retryable && !is_tenant_fault(code);
}

}  // namespace

ConsumerLoop::ConsumerLoop(const Surroundings& surroundings, const EventHandler& handler)
    : surroundings_(surroundings),
      handler_(handler),
      handled_(surroundings.platform.metrics
                   .counter({"events_handled_total", "Events that a consumer has handled", {"consumer"}})
                   .with({handler.consumer})),
      retries_(surroundings.platform.metrics
                   .counter({"event_retries_total", "Events that a consumer has to try again", {"consumer"}})
                   .with({handler.consumer})),
      dead_letters_(surroundings.platform.metrics
                        .counter({"dead_letters_total", "Events that a consumer has given up", {"consumer"}})
                        .with({handler.consumer})),
      lag_(surroundings.platform.metrics
               .gauge({"consumer_lag_records", "Records on the bus that a consumer has not done with", {"consumer"}})
               .with({handler.consumer})),
      measure_at_(surroundings.platform.clock.now()),
      pulse_(
          surroundings.gate, surroundings.platform.clock, surroundings.platform.executor, [this] { return step(); },
          [this] { consumer_.reset(); }) {}

Pulse::Pause ConsumerLoop::step() {
    if (const auto subscribed = subscribe(); !subscribed) return failed(subscribed.error());
    resume();
    const auto batch = consumer_->poll({.records = batch_records});
    if (!batch) return failed(batch.error());
    measure();
    if (batch->skipped_records > 0) {
        surroundings_.platform.log.write(
            LogLevel::error, "events_lost_to_retention", nullptr,
            {{"consumer", handler_.consumer}, {"records", static_cast<std::int64_t>(batch->skipped_records)}});
    }
    if (batch->records.empty()) return rest();
    const auto done = handle_all(batch->records);
    if (surroundings_.gate->was_cut()) return std::nullopt;
    if (const auto committed = commit(done); !committed) return failed(committed.error());
    failures_ = 0;
    return milliseconds(0);
}

base::Result<void> ConsumerLoop::subscribe() {
    if (consumer_ != nullptr) return {};
    std::vector<std::string> topics = handler_.types;
    topics.emplace_back(replay_topic);
    auto consumer = surroundings_.platform.bus.subscribe(handler_.consumer, topics);
    if (!consumer) return std::unexpected(std::move(consumer.error()));
    consumer_ = *std::move(consumer);
    return {};
}

// Partitions whose time has come begin again after what was committed.
void ConsumerLoop::resume() {
    const Time now = surroundings_.platform.clock.now();
    bool any = false;
    for (auto& [place, stumble] : stumbles_) {
        if (!stumble.resume_at || *stumble.resume_at > now) continue;
        stumble.resume_at.reset();
        any = true;
    }
    if (any) consumer_->rewind();
}

// Until something is published, or a partition that stands still may go on.
Pulse::Pause ConsumerLoop::rest() {
    consumer_->wake(surroundings_.gate->guard([this] { pulse_.wake(); }));
    Pulse::Pause pause;
    const Time now = surroundings_.platform.clock.now();
    for (const auto& [place, stumble] : stumbles_) {
        if (!stumble.resume_at) continue;
        const auto left = std::chrono::ceil<milliseconds>(*stumble.resume_at - now);
        pause = std::min(pause.value_or(left), std::max(left, milliseconds(1)));
    }
    return pause;
}

// A poll comes several times a lease of the bus, so that this stays fresh.
void ConsumerLoop::measure() {
    const Time now = surroundings_.platform.clock.now();
    if (now < measure_at_) return;
    measure_at_ = now + std::chrono::seconds(5);
    const auto partitions = surroundings_.platform.bus.lag(handler_.consumer);
    if (!partitions) return;  // the next poll tells that the bus fails
    std::int64_t records = 0;
    for (const bus::PartitionLag& partition : *partitions)
        records += partition.records();
    lag_.set(static_cast<double>(records));
}

// The bus does not do as it is told: all that was not committed comes again.
Pulse::Pause ConsumerLoop::failed(const base::Error& error) {
    if (consumer_ != nullptr) consumer_->rewind();
    if (error.code == ErrorCode::bus_claim_lost) return milliseconds(0);
    surroundings_.platform.log.write(
        LogLevel::error, "consumer_failed", nullptr,
        {{"consumer", handler_.consumer}, {"code", base::code_name(error.code)}, {"message", error.message}});
    return wait_after({milliseconds(100), milliseconds(5000)}, ++failures_, surroundings_.platform.random);
}

std::vector<bus::Record> ConsumerLoop::handle_all(const std::vector<bus::Record>& records) {
    std::vector<bus::Record> done;
    for (const bus::Record& record : records) {
        if (surroundings_.gate->closed()) break;
        const auto stumble = stumbles_.find({record.topic, record.partition});
        if (stumble != stumbles_.end() && stumble->second.resume_at) continue;
        if (handle(record)) done.push_back(record);
    }
    return done;
}

base::Result<void> ConsumerLoop::commit(const std::vector<bus::Record>& done) {
    if (done.empty()) return {};
    return consumer_->commit(done);
}

bool ConsumerLoop::handle(const bus::Record& record) {
    const auto delivery = read(record);
    if (!delivery) return true;
    if (delivery->fault) return give_up(record, *delivery, *delivery->fault, 1);
    if (const auto delivered = deliver(delivery->event); !delivered) return judge(record, *delivery, delivered.error());
    stumbles_.erase({record.topic, record.partition});
    return true;
}

// None: it is for another consumer.
std::optional<ConsumerLoop::Delivery> ConsumerLoop::read(const bus::Record& record) const {
    if (record.topic != replay_topic) {
        auto event = model::parse_event(record.value);
        if (!event) return Delivery{stand_in_for(record), 0, event.error()};
        return Delivery{*std::move(event)};
    }
    auto letter = parse_dead_letter(record.value);
    if (!letter || letter->consumer != handler_.consumer) return std::nullopt;
    return Delivery{std::move(letter->event), letter->tries};
}

base::Result<void> ConsumerLoop::deliver(const model::Event& event) {
    auto transaction =
        surroundings_.platform.database.tenant(event.tenant_id, origin_of(event, surroundings_.service)).write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto first = transaction->first_time(handler_.consumer, event.id);
    if (!first) return std::unexpected(first.error());
    if (!*first) return {};
    if (auto handled = guarded([&] { return handler_.handle(*transaction, event); }); !handled) return handled;
    if (surroundings_.gate->was_cut()) return base::fail(ErrorCode::cancelled, "the process has ended");
    if (const auto position = transaction->commit(); !position) return std::unexpected(position.error());
    handled_.add();
    surroundings_.work_may_be_there();
    return {};
}

bool ConsumerLoop::judge(const bus::Record& record, const Delivery& delivery, const base::Error& error) {
    if (surroundings_.gate->was_cut()) return false;
    const bool blameless = is_storage_fault(error.code);
    const std::int64_t tries = tries_of(record, delivery.event) + (blameless ? 0 : 1);
    if (blameless || (can_be_tried_again(error.code) && tries < surroundings_.options.event_tries)) {
        stand_still(record, delivery.event, error, tries);
        return false;
    }
    return give_up(record, delivery, error, tries);
}

bool ConsumerLoop::give_up(const bus::Record& record, const Delivery& delivery, const base::Error& error,
                           std::int64_t tries) {
    const DeadLetter letter{handler_.consumer, delivery.event, error, delivery.earlier_tries + tries};
    const auto published = publish_dead_letter(surroundings_.platform.bus, letter, delivery.earlier_tries);
    if (!published) {
        stand_still(record, delivery.event, published.error(), tries - 1);
        return false;
    }
    const runtime::Context context = context_of(delivery.event);
    surroundings_.platform.log.write(LogLevel::error, "event_given_up", &context,
                                     {{"consumer", handler_.consumer},
                                      {"type", delivery.event.type},
                                      {"event_id", delivery.event.id},
                                      {"tries", letter.tries},
                                      {"code", base::code_name(error.code)},
                                      {"message", error.message}});
    dead_letters_.add();
    stumbles_.erase({record.topic, record.partition});
    return true;
}

void ConsumerLoop::stand_still(const bus::Record& record, const model::Event& event, const base::Error& error,
                               std::int64_t tries) {
    const RunnerOptions& options = surroundings_.options;
    const auto wait = wait_after({options.event_first_retry, options.event_longest_retry},
                                 std::max<std::int64_t>(tries, 1), surroundings_.platform.random);
    stumbles_[{record.topic, record.partition}] = {event.id, tries, surroundings_.platform.clock.now() + wait};
    retries_.add();
    const runtime::Context context = context_of(event);
    surroundings_.platform.log.write(LogLevel::warning, "event_retried", &context,
                                     {{"consumer", handler_.consumer},
                                      {"type", event.type},
                                      {"event_id", event.id},
                                      {"tries", tries},
                                      {"wait_ms", std::int64_t{wait.count()}},
                                      {"code", base::code_name(error.code)},
                                      {"message", error.message}});
}

std::int64_t ConsumerLoop::tries_of(const bus::Record& record, const model::Event& event) const {
    const auto stumble = stumbles_.find({record.topic, record.partition});
    return stumble != stumbles_.end() && stumble->second.event_id == event.id ? stumble->second.tries : 0;
}

}  // namespace flow
