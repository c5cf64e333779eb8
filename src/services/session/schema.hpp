// The tables of the service.
#pragma once
#include <vector>

#include "store/database.hpp"

namespace session {

std::vector<store::Migration> migrations();

}  // namespace session
