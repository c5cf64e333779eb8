// Tenants: which there are and in which state.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/service.hpp"
#include "model/tenant.hpp"

namespace auth {

inline constexpr std::string_view first_tenant = "default";

std::vector<runtime::Route> tenant_routes(const flow::Platform& platform);

/// Of any tenant.
base::Result<std::optional<model::Tenant>> find_tenant(store::Database& database, std::string_view id);

/// Whether it was new. The row belongs to the transaction's tenant.
base::Result<bool> add_tenant(store::Transaction& transaction, std::string_view id, std::string_view region);

}  // namespace auth
