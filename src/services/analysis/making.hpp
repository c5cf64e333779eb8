// The work "analysis.make": reads a transcript, finds out what there is, commits it.
#pragma once
#include <string_view>

#include "flow/service.hpp"
#include "services/analysis/findings.hpp"
#include "services/analysis/rows.hpp"

namespace analysis {

inline constexpr std::string_view making_kind = "analysis.make";

base::Result<void> add_making(store::Transaction& transaction, const Analysis& analysis, std::string_view blob_key);

/// The transcript's blob is read and its hash checked: SHA-256 of the JSON.
flow::WorkHandler making(const flow::Platform& platform, const FindingOptions& options, std::size_t at_once);

}  // namespace analysis
