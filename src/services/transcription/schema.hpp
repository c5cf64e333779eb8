// The tables of runs and segments.
#pragma once
#include <vector>

#include "store/database.hpp"

namespace transcription {

std::vector<store::Migration> migrations();

}  // namespace transcription
