// The tables of this service.
#pragma once
#include <vector>

#include "store/database.hpp"

namespace auth {

std::vector<store::Migration> migrations();

}  // namespace auth
