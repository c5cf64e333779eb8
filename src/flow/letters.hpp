// Private to flow: how a consumer writes its dead letters.
#pragma once
#include <cstdint>
#include <string_view>

#include "flow/dead_letters.hpp"

namespace flow {

inline constexpr std::string_view replay_topic = "replay";

/// Published once, however often it is tried. `earlier_tries`: those of the letter whose replay this was; 0 for none.
base::Result<void> publish_dead_letter(bus::Bus& bus, const DeadLetter& letter, std::int64_t earlier_tries);

/// An event in the place of a record that is none, which says where the record lies; it cannot be replayed.
model::Event stand_in_for(const bus::Record& record);

}  // namespace flow
