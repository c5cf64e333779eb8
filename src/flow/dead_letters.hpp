// Events whose handler failed for good: records of the topic "dead_letter", each with its event, its consumer and the
// error. Replaying gives one event to that one consumer again.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "flow/service.hpp"

namespace flow {

inline constexpr std::string_view dead_letter_topic = "dead_letter";

struct DeadLetter {
    std::string consumer;
    model::Event event;
    base::Error error;
    std::int64_t tries = 0;
};

std::string to_json(const DeadLetter& letter);
/// Errors: json_malformed, invalid_argument, unknown_field.
base::Result<DeadLetter> parse_dead_letter(std::string_view text);

/// All dead letters that the bus still keeps, oldest first, at most `limit`.
base::Result<std::vector<DeadLetter>> list_dead_letters(bus::Bus& bus, std::size_t limit);

/// Publishes the event again for that consumer alone (others pass it over by its id): topic "replay", read by every
/// consumer beside its own topics.
base::Result<void> replay(bus::Bus& bus, const DeadLetter& letter);

}  // namespace flow
