// The work "exporting.make": reads the transcript version, writes the format, keeps the file, commits.
#pragma once
#include <string_view>

#include "flow/service.hpp"
#include "services/exporting/rows.hpp"

namespace exporting {

inline constexpr std::string_view making_kind = "exporting.make";

base::Result<void> add_making(store::Transaction& transaction, const ExportRow& row);

flow::WorkHandler making(const flow::Platform& platform, std::size_t at_once);

}  // namespace exporting
