// The whole platform in one thread: every service but the gateway, in two processes and more, over one store, one bus
// and one file system that loses what was not synced; clients that upload, cancel, retry, edit, export and delete; and
// a machine on which things go wrong. All of it follows from a seed.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "simulation/fakes.hpp"
#include "simulation/witness.hpp"

namespace simulation {

struct Outcome {
    std::vector<std::string> violations;  // what must not be; empty when all is well
    std::string log;                      // everything that was done and that went over the bus, a line each
    /// How often each kind of trouble came, so that a test can see that there was any.
    struct Troubles {
        int crashes = 0;
        int power_cuts = 0;
        int freezes = 0;
        int duplicates = 0;
        int faults = 0;
        int cancelled = 0;
        int deleted = 0;
    } troubles;
};

/// The same seed gives the same outcome.
Outcome simulate(std::uint64_t seed, FakeEngines& engines, Plant plant = Plant::nothing);

}  // namespace simulation
