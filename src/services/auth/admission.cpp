#include "services/auth/auth.hpp"
#include "services/auth/tenants.hpp"

namespace auth {
namespace {

constexpr std::chrono::seconds remembered_for{3};
constexpr std::size_t most_remembered = 10'000;

}  // namespace

void Admission::attach(store::Database& database) {
    database_ = &database;
}

base::Result<void> Admission::operator()(std::string_view tenant_id, model::Access access) {
    if (database_ == nullptr) return {};
    const auto tenant = find(tenant_id);
    if (!tenant) return std::unexpected(tenant.error());
    if (*tenant) return model::admits(**tenant, access);
    if (tenant_id == first_tenant) return {};
    return base::fail(base::ErrorCode::not_found, "there is no such tenant");
}

base::Result<std::optional<model::Tenant>> Admission::find(std::string_view tenant_id) {
    const auto now = clock_.now();
    {
        const std::lock_guard lock(mutex_);
        const auto known = known_.find(tenant_id);
        if (known != known_.end() && known->second.until > now) return known->second.tenant;
    }
    auto tenant = find_tenant(*database_, tenant_id);
    if (!tenant || !*tenant) return tenant;
    const std::lock_guard lock(mutex_);
    if (known_.size() >= most_remembered) known_.clear();
    known_.insert_or_assign(std::string(tenant_id), Known{**tenant, now + remembered_for});
    return tenant;
}

}  // namespace auth
