// The bus of an installation for a command of its operator, beside the processes that serve or while none does.
#pragma once
#include <memory>

#include "bus/bus.hpp"
#include "runtime/config.hpp"
#include "runtime/network.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/system_random.hpp"

namespace app {

class OperatorBus {
  public:
    /// Errors: file_not_found (there is no installation: nothing is made), those of bus::open_bus.
    static base::Result<std::unique_ptr<OperatorBus>> open(const runtime::Config& config);
    OperatorBus(const OperatorBus&) = delete;
    OperatorBus& operator=(const OperatorBus&) = delete;
    ~OperatorBus() = default;

    [[nodiscard]] bus::Bus& bus() { return *bus_; }

  private:
    OperatorBus() = default;

    runtime::SystemClock clock_;
    runtime::SystemRandom random_;
    runtime::Network network_{1};
    std::unique_ptr<bus::Bus> bus_;
};

}  // namespace app
