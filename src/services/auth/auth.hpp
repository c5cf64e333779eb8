// Tenants, users and API keys: who somebody is. What they may do is model::allowed.
//
// A key acts for its user: the principal has the user's id, the key's scopes, and the lower of both roles.
// Administrators of the role platform name another tenant by ?tenant_id= on the routes of users, keys and audit
// records. The gateway remembers for some seconds what a key means (gateway.key_cache_time), so that a revocation takes
// as long at most.
#pragma once
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "flow/service.hpp"
#include "model/tenant.hpp"

namespace auth {

/// The row of the role table.
flow::Service service();

/// Where prepare() puts the first administrator's key, with a line feed behind it, readable by its owner alone:
/// "{data.dir}/admin.key". Whoever wants to show it reads the file before and after prepare(): it is new when its
/// content is.
std::string bootstrap_key_file(const runtime::Config& config);

/// Whether a tenant may be used here and now, for store::Surroundings::admit: model::admits over its row, as it was at
/// most three seconds ago. A tenant without a row is not_found, but for "default", which the first start makes. Any
/// thread.
class Admission {
  public:
    /// The clock outlives this.
    explicit Admission(const base::Clock& clock) : clock_(clock) {}
    /// Everything is admitted until the database is there, which asks this as soon as it is open. It outlives the last
    /// call.
    void attach(store::Database& database);
    /// Errors: those of model::admits; not_found; those of the database.
    base::Result<void> operator()(std::string_view tenant_id, model::Access access);

  private:
    struct Known {
        model::Tenant tenant;
        std::chrono::steady_clock::time_point until;
    };
    base::Result<std::optional<model::Tenant>> find(std::string_view tenant_id);

    const base::Clock& clock_;
    std::atomic<store::Database*> database_ = nullptr;
    std::mutex mutex_;
    std::map<std::string, Known, std::less<>> known_;
};

}  // namespace auth
