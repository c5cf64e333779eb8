// Events whose handler failed for good: records of the topic "dead_letter", each with its event, its consumer and the
// error (api/events/dead_letter.json). Replaying gives one event to that one consumer again. Any process may do it,
// with the services or without them.
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

/// One that the bus keeps.
struct KeptLetter : DeadLetter {
    bus::Time died;
    bool replayed = false;  // since then; if it died again there is a letter of that, with more tries
};

/// Which letters; what is empty takes any.
struct LetterFilter {
    std::string type = {};  // of the event
    std::string consumer = {};
    std::string event_id = {};
    bool waiting_only = false;  // not those that were replayed
};

/// Those that the bus still keeps, oldest first, at most `limit`. Errors, beside those of the bus: unavailable
/// (somebody else reads them just now), those of parse_dead_letter.
base::Result<std::vector<KeptLetter>> list_dead_letters(bus::Bus& bus, std::size_t limit,
                                                        const LetterFilter& filter = {});

/// Whether the record was an event at all; what was none cannot be replayed.
bool can_be_replayed(const DeadLetter& letter);

/// Publishes the event again for that consumer alone (others pass it over by its id): topic "replay", read by every
/// consumer beside its own topics. Gives whether that was new: a death is replayed once. Errors: invalid_argument (it
/// cannot be replayed), those of the bus.
base::Result<bool> replay(bus::Bus& bus, const DeadLetter& letter);

}  // namespace flow
