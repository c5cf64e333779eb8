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
/// Removes the files that came after those of their export, or of its session, were erased.
flow::PeriodicTask strays(const flow::Platform& platform);

}  // namespace exporting
