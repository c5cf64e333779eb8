// The work "exporting.erase": removes the blobs of what was deleted, some seconds later, when late writers have ended;
// and the handler of session.deleted.
#pragma once
#include "flow/service.hpp"
#include "services/exporting/rows.hpp"

namespace exporting {

/// Of one export; passed over if it was asked for again meanwhile.
base::Result<void> add_erasing_of(store::Transaction& transaction, const ExportRow& row);

flow::WorkHandler erasing(const flow::Platform& platform);
flow::EventHandler deletion();

}  // namespace exporting
