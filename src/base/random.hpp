// Randomness is injected: the system's in production, a seeded one in tests and simulation.
#pragma once
#include <cstddef>
#include <span>

namespace base {

class Random {
  public:
    virtual ~Random() = default;
    /// Fills the buffer; unpredictable to outsiders in production. Any thread.
    virtual void fill(std::span<std::byte> buffer) = 0;
};

}  // namespace base
