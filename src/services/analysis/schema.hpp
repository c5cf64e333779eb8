// The tables of the service.
#pragma once
#include <vector>

#include "store/database.hpp"

namespace analysis {

std::vector<store::Migration> migrations();

}  // namespace analysis
