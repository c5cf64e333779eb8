// For tests: a bus that remembers the events that went over it.
#pragma once
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bus/bus.hpp"
#include "flow/test_platform.hpp"
#include "model/event.hpp"

namespace flow {

/// Each event once, however often it was published.
struct EventRecord {
    std::vector<model::Event> events;
    std::set<std::string> ids;

    void take(const bus::Message& message) {
        const auto event = model::parse_event(message.value);
        if (event && event->type == message.topic && ids.insert(message.id).second) events.push_back(*event);
    }
};

/// One thread; record and faults outlive it.
class RecordingBus final : public bus::Bus {
  public:
    RecordingBus(std::unique_ptr<bus::Bus> bus, EventRecord& record, const TestFaults& faults)
        : bus_(std::move(bus)), record_(record), faults_(faults) {}

    base::Result<std::size_t> publish(std::span<const bus::Message> messages) override {
        if (faults_.publish) {
            if (auto fault = faults_.publish(); !fault) return std::unexpected(std::move(fault.error()));
        }
        auto published = bus_->publish(messages);
        if (!published) return published;
        for (const bus::Message& message : messages)
            record_.take(message);
        return published;
    }
    base::Result<std::unique_ptr<bus::Consumer>> subscribe(std::string_view group, std::span<const std::string> topics,
                                                           bus::Start start) override {
        return bus_->subscribe(group, topics, start);
    }
    base::Result<std::vector<bus::PartitionLag>> lag(std::string_view group) override { return bus_->lag(group); }
    base::Result<void> seek(std::string_view group, std::string_view topic, const bus::SeekTarget& target) override {
        return bus_->seek(group, topic, target);
    }
    base::Result<std::size_t> retain() override { return bus_->retain(); }
    base::Result<void> check() override { return bus_->check(); }

  private:
    std::unique_ptr<bus::Bus> bus_;
    EventRecord& record_;
    const TestFaults& faults_;
};

}  // namespace flow
