// How many deliveries to one webhook are under way in this process, so that a receiver that hangs cannot keep everybody
// else's from being sent. Any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace notification {

class Receivers {
  public:
    /// Lets the next one in when it ends. The receivers outlive it.
    class Place {
      public:
        Place(Receivers& receivers, std::string webhook) : receivers_(&receivers), webhook_(std::move(webhook)) {}
        ~Place();
        Place(Place&& other) noexcept
            : receivers_(std::exchange(other.receivers_, nullptr)), webhook_(std::move(other.webhook_)) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        Place& operator=(Place&&) = delete;

      private:
        Receivers* receivers_;
        std::string webhook_;
    };

    static constexpr int most_at_once = 2;

    /// None when as many are under way as may be.
    std::optional<Place> enter(const std::string& webhook);

    /// How long the receiver took; a failure counts as no time known.
    void took(const std::string& webhook, std::optional<std::chrono::milliseconds> time);

    /// When one that found no place should come again: soon at a receiver that is quick, in 2 s at one that is slow or
    /// unknown, and later each time that it is in vain.
    [[nodiscard]] std::chrono::milliseconds wait(const std::string& webhook, std::int64_t deferrals) const;

  private:
    struct State {
        int under_way = 0;
        std::optional<std::chrono::milliseconds> time{};
    };
    mutable std::mutex mutex_;
    std::map<std::string, State> states_;
};

}  // namespace notification
