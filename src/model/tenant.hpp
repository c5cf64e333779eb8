// A tenant: an organisation, where it lives, and whether it may be used here. Every row, blob and event belongs to one.
// Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"

namespace model {

enum class TenantState : std::uint8_t {
    active,
    suspended,  // reads only
    moving,     // to another shard or region: reads only, for the moment
    moved,      // lives elsewhere: the row only says where
    closing,    // being erased
};

struct Tenant {
    std::string id = {};
    std::string region = {};
    std::string shard = {};
    std::int64_t epoch = 1;  // grows with each move: what was written under an older one is stale
    TenantState state = TenantState::active;
    std::int64_t row_version = 1;
    bool operator==(const Tenant&) const = default;
};

struct TenantSuspended {};
struct TenantResumed {};
struct MoveBegun {};
struct MoveAbandoned {};
struct MoveFinished {
    std::string region = {};
    std::string shard = {};
};
struct TenantClosed {};

using TenantChange = std::variant<TenantSuspended, TenantResumed, MoveBegun, MoveAbandoned, MoveFinished, TenantClosed>;

/// The tenant after the change. Errors: conflict.
base::Result<Tenant> apply(const Tenant& tenant, const TenantChange& change);

enum class Access : std::uint8_t { read, write };

/// Whether the tenant may be used so, here and now. Errors: tenant_suspended; tenant_moved (moving or moved: ask again,
/// perhaps elsewhere); not_found (closing).
base::Result<void> admits(const Tenant& tenant, Access access);

/// 1 to 64 letters, digits, '.', '_' and '-', none of "." and "..": safe in paths, keys and headers.
bool is_tenant_id(std::string_view text);

std::string_view state_name(TenantState state);
std::optional<TenantState> parse_tenant_state(std::string_view name);

}  // namespace model
