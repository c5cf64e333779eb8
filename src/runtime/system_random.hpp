// The operating system's randomness (getrandom): unpredictable to outsiders. The only reader of it.
#pragma once
#include "base/random.hpp"

namespace runtime {

class SystemRandom final : public base::Random {
  public:
    /// Any thread; never fails on a running system.
    void fill(std::span<std::byte> buffer) override;
};

}  // namespace runtime
