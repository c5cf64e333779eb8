// The embedded adapter: a map and a list by last use, under one lock. Each process has its own.
#pragma once
#include <memory>

#include "cache/cache.hpp"

namespace cache {

/// What an entry costs beside its key and value, counted against the capacity.
inline constexpr std::size_t entry_overhead_bytes = 160;

base::Result<std::unique_ptr<Cache>> open_memory_cache(const Config& config, const base::Clock& clock);

}  // namespace cache
