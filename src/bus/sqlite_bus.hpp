// The embedded adapter: a SQLite file of its own that any number of processes share, in WAL mode. What publish()
// promises is synced; commits and claims of consumers may be lost by a power cut (never by a crash of a process), and
// records then come again, as they may anyway.
#pragma once
#include <memory>

#include "bus/bus.hpp"

namespace bus {

base::Result<std::unique_ptr<Bus>> open_sqlite_bus(const Config& config, const Surroundings& surroundings);

}  // namespace bus
