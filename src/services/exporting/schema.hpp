// The tables of the service.
#pragma once
#include <vector>

#include "store/database.hpp"

namespace exporting {

std::vector<store::Migration> migrations();

}  // namespace exporting
