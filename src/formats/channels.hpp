// Who is heard, in a transcript whose channels were transcribed each on its own. Pure; any thread.
#pragma once
#include <string>

#include "model/transcript.hpp"

namespace formats {

/// "Channel 0"; empty for a segment of no channel.
std::string channel_name(const model::Segment& segment);

/// Whether the segment before this one is of another channel, or there is none; never so without channels.
bool changes_channel(const model::Transcript& transcript, std::size_t segment);

/// With "Channel 0:" before each segment where the channel changes, for formats that have no other way to say it.
model::Transcript with_channel_prefixes(model::Transcript transcript);

}  // namespace formats
