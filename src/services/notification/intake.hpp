#pragma once
#include <memory>

#include "flow/service.hpp"
#include "services/notification/tail.hpp"

namespace notification {

/// Puts every public event into its tenant's feed, once, and makes its deliveries in the same transaction.
flow::EventHandler intake(std::shared_ptr<Tails> tails);

}  // namespace notification
