// The table of roles: every service that this program can run.
#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"
#include "flow/service.hpp"
#include "services/gateway/gateway.hpp"

namespace app {

class Instance;

/// Every service, in the order in which they are prepared and started. `instance` answers the gateway's probes; it may
/// be null where nothing is served (the configuration's table, migration).
std::vector<flow::Service> all_roles(Instance* instance);

/// What the gateway asks of the instance for /readyz and /metrics.
gateway::Probes probes_of(Instance* instance);

/// Those of `names`, where "all" stands for every one. Errors: configuration_invalid (an unknown name; the message
/// lists the known ones).
base::Result<std::vector<flow::Service>> select_roles(std::vector<flow::Service> roles,
                                                      const std::vector<std::string>& names);

/// The configuration's rows of the installation and of every service.
runtime::ConfigTable configuration_table();

/// Every service's tables.
std::vector<store::Migration> all_migrations(const std::vector<flow::Service>& roles);

}  // namespace app
