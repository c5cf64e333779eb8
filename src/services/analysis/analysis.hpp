// Summary, key phrases and speech statistics of a transcript, by arithmetic alone: no network, no language model.
#pragma once
#include "flow/service.hpp"

namespace analysis {

/// The row of the role table.
flow::Service service();

}  // namespace analysis
