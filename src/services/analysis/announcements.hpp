// The events of this service: each told in the transaction that makes it true. `occasion`: the claim's id, because the
// same transcript may be analysed again.
#pragma once
#include <string_view>

#include "base/error.hpp"
#include "services/analysis/rows.hpp"
#include "store/transaction.hpp"

namespace analysis {

base::Result<void> announce_completed(store::Transaction& transaction, const Analysis& analysis,
                                      std::string_view occasion);
/// analysis.failed, with the row's error.
base::Result<void> announce_failed(store::Transaction& transaction, const Analysis& analysis,
                                   std::string_view occasion);

}  // namespace analysis
