#pragma once
#include <vector>

#include "store/database.hpp"

namespace notification {

std::vector<store::Migration> migrations();

}  // namespace notification
