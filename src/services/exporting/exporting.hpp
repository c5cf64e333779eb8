// Exports: a transcript version in one format by one set of subtitle rules, made once and kept.
#pragma once
#include "flow/service.hpp"

namespace exporting {

/// The row of the role table.
flow::Service service();

}  // namespace exporting
