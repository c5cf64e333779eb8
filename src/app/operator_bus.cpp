#include "app/operator_bus.hpp"

#include <filesystem>

#include "app/instance_parts.hpp"

namespace app {

base::Result<std::unique_ptr<OperatorBus>> OperatorBus::open(const runtime::Config& config) {
    const bus::Config wanted = bus_config(config);
    if (!std::filesystem::exists(wanted.location))
        return base::fail(base::ErrorCode::file_not_found,
                          "there is no event bus at " + wanted.location + "; --data names the installation's folder");
    std::unique_ptr<OperatorBus> opened(new OperatorBus());
    auto bus = bus::open_bus(wanted, {opened->clock_, opened->random_, opened->network_});
    if (!bus) return std::unexpected(bus.error());
    opened->bus_ = std::move(*bus);
    return opened;
}

}  // namespace app
