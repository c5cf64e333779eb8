// Recognises one segment: reads its samples, asks the engine, commits the text once.
#pragma once
#include <cstddef>
#include <vector>

#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

/// Segments in hand for each turn at the engine. What waits for a turn shares the next one's batch, which costs less
/// than one by one; more of them in hand would let a tenant's first segment wait longer behind another's many.
inline constexpr std::size_t claims_a_turn = 2;

/// For an engine of this instance: one that claims only segments of runs that are bound to it, and one for those of
/// them in which speakers are told apart, where that can be done. The engine runs `turns` batches at once.
std::vector<flow::WorkHandler> segment_workers(const SharedTools& tools, const LoadedEngine& engine, std::size_t turns);

}  // namespace transcription
