#include "bus/bus.hpp"

#include <algorithm>
#include <array>

#include "bus/sqlite_bus.hpp"

namespace bus {
namespace {

struct Adapter {
    std::string_view name;
    base::Result<std::unique_ptr<Bus>> (*open)(const Config&, const Surroundings&);
};

constexpr std::array adapters{Adapter{"sqlite", open_sqlite_bus}};

}  // namespace

base::Result<std::unique_ptr<Bus>> open_bus(const Config& config, const Surroundings& surroundings) {
    const auto adapter = std::ranges::find(adapters, config.adapter, &Adapter::name);
    if (adapter != adapters.end()) return adapter->open(config, surroundings);
    return base::fail(base::ErrorCode::invalid_argument,
                      "there is no bus adapter \"" + config.adapter + "\"; sqlite is one");
}

}  // namespace bus
