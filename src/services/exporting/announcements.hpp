// The events of this service: each told in the transaction that makes it true.
#pragma once
#include <string_view>

#include "base/error.hpp"
#include "services/exporting/rows.hpp"
#include "store/transaction.hpp"

namespace exporting {

/// export.completed, or export.failed with the row's error. `occasion`: the claim's id, because an export that was
/// deleted may be made again.
base::Result<void> announce_made(store::Transaction& transaction, const ExportRow& row, std::string_view occasion);

}  // namespace exporting
