#include "cache/cache.hpp"

#include <algorithm>
#include <array>

#include "cache/memory_cache.hpp"

namespace cache {
namespace {

struct Adapter {
    std::string_view name;
    base::Result<std::unique_ptr<Cache>> (*open)(const Config&, const base::Clock&);
};

constexpr std::array adapters{Adapter{"memory", open_memory_cache}};

}  // namespace

base::Result<std::unique_ptr<Cache>> open_cache(const Config& config, const base::Clock& clock) {
    const auto adapter = std::ranges::find(adapters, config.adapter, &Adapter::name);
    if (adapter != adapters.end()) return adapter->open(config, clock);
    return base::fail(base::ErrorCode::invalid_argument,
                      "there is no cache adapter \"" + config.adapter + "\"; memory is one");
}

}  // namespace cache
