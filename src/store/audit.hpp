// The bytes of an audit record and their leaf hash (RFC 6962, section 2.1: SHA-256 over 0x00 and the bytes). The actor
// stands in them as HMAC-SHA-256 of its id under a salt of the record's own, kept beside it: whoever has salt and id
// can show who it was, and once the salt is erased nobody can, while the hashes stay valid. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/rfc3339.hpp"
#include "store/transaction.hpp"

namespace store {

struct AuditContext {
    std::string id;
    std::string tenant_id;
    std::string source;
    std::string correlation_id;
    base::UtcTime time;
};

struct AuditLeaf {
    std::string record;  // canonical JSON (RFC 8785)
    std::string salt;
    std::string hash;  // 32 bytes
};

AuditLeaf audit_leaf(const AuditRecord& record, const AuditContext& context, std::string salt);

/// The actor's pseudonym in a record with this salt: hexadecimal.
std::string audit_pseudonym(std::string_view actor_id, std::string_view salt);

/// The leaf hash of a stored record: 32 bytes.
std::string audit_leaf_hash(std::string_view record);

}  // namespace store
