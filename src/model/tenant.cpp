#include "model/tenant.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace model {
namespace {

using enum TenantState;
using base::ErrorCode;
using base::fail;

constexpr std::array<std::string_view, 5> names{"active", "suspended", "moving", "moved", "closing"};

struct Edge {
    std::size_t change;  // index in TenantChange
    TenantState from;
    TenantState to;
};

constexpr std::array edges{
    Edge{0, active, suspended}, Edge{0, suspended, suspended}, Edge{1, suspended, active},  Edge{1, active, active},
    Edge{2, active, moving},    Edge{2, moving, moving},       Edge{3, moving, active},     Edge{3, active, active},
    Edge{4, moving, moved},     Edge{5, active, closing},      Edge{5, suspended, closing}, Edge{5, closing, closing},
};

}  // namespace

base::Result<Tenant> apply(const Tenant& tenant, const TenantChange& change) {
    const auto edge = std::ranges::find_if(edges, [&](const Edge& candidate) {
        return candidate.change == change.index() && candidate.from == tenant.state;
    });
    if (edge == edges.end()) {
        return fail(ErrorCode::conflict,
                    "the tenant is " + std::string(state_name(tenant.state)) + ", which does not allow that");
    }
    Tenant after = tenant;
    after.state = edge->to;
    if (const auto* move = std::get_if<MoveFinished>(&change)) {
        after.region = move->region;
        after.shard = move->shard;
        ++after.epoch;
    }
    if (after != tenant) ++after.row_version;
    return after;
}

base::Result<void> admits(const Tenant& tenant, Access access) {
    const bool reads = access == Access::read;
    switch (tenant.state) {
        case active:
            return {};
        case suspended:
            if (reads) return {};
            return fail(ErrorCode::tenant_suspended, "the tenant is suspended: it can be read, not changed");
        case moving:
            if (reads) return {};
            return fail(ErrorCode::tenant_moved, "the tenant is being moved: try again in a moment");
        case moved:
            return fail(ErrorCode::tenant_moved, "the tenant lives in the region " + tenant.region + " now");
        case closing:
            break;
    }
    return fail(ErrorCode::not_found, "there is no such tenant");
}

bool is_tenant_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    return !text.empty() && text.size() <= 64 && text != "." && text != ".." && std::ranges::all_of(text, allowed);
}

std::string_view state_name(TenantState state) {
    return names.at(std::to_underlying(state));
}

std::optional<TenantState> parse_tenant_state(std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<TenantState>(found - names.begin());
}

}  // namespace model
