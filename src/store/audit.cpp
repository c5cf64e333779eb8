#include "store/audit.hpp"

#include <array>
#include <span>

#include "base/encoding.hpp"
#include "base/hmac.hpp"
#include "base/sha256.hpp"

namespace store {

std::string audit_pseudonym(std::string_view actor_id, std::string_view salt) {
    return base::to_hex(base::hmac_sha256(salt, actor_id));
}

std::string audit_leaf_hash(std::string_view record) {
    constexpr std::array leaf_prefix{std::byte{0}};
    base::Sha256 digest;
    digest.update(leaf_prefix);
    digest.update(std::as_bytes(std::span(record)));
    const auto hash = digest.finish();
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

AuditLeaf audit_leaf(const AuditRecord& record, const AuditContext& context, std::string salt) {
    AuditLeaf leaf;
    leaf.record = base::to_canonical_json(base::JsonObject{
        {"id", context.id},
        {"tenant_id", context.tenant_id},
        {"time", base::to_rfc3339(context.time)},
        {"source", context.source},
        {"correlation_id", context.correlation_id},
        {"action", record.action},
        {"actor", audit_pseudonym(record.actor_id, salt)},
        {"resource", base::JsonObject{{"kind", record.resource_kind}, {"id", record.resource_id}}},
        {"outcome", record.outcome},
        {"details", record.details},
    });
    leaf.salt = std::move(salt);
    leaf.hash = audit_leaf_hash(leaf.record);
    return leaf;
}

}  // namespace store
