// Who asks, and whether they may: one pure function over one table. Rule of the table: the principal's tenant is the
// resource's, it carries the action's scope, and one of its roles is high enough. Pure; any thread.
#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace model {

/// From the least to the most.
enum class Role : std::uint8_t {
    viewer,    // reads
    member,    // works: creates sessions and changes their own
    admin,     // runs the tenant: everybody's sessions, users, keys, webhooks
    platform,  // runs the installation: tenants; the only one that reaches beyond its own
};

enum class PrincipalKind : std::uint8_t { user, api_key, service };

struct Principal {
    PrincipalKind kind = PrincipalKind::user;
    std::string tenant_id;
    std::string id;  // of the user or the key, or the service's name
    std::set<Role> roles;
    std::set<std::string, std::less<>> scopes;  // "*" stands for all
    bool operator==(const Principal&) const = default;
};

enum class Action : std::uint8_t {
    session_read,
    session_create,
    session_update,
    session_cancel,
    session_retry,
    session_delete,
    video_read,
    upload_write,
    transcript_read,
    transcript_edit,
    analysis_read,
    export_read,
    export_create,
    event_read,
    webhook_read,
    webhook_manage,
    usage_read,
    audit_read,
    tenant_read,
    tenant_manage,
    voice_read,
    user_read,
    user_manage,
    key_read,
    key_manage,
    platform_manage,
};

struct ActionRule {
    Action action;
    std::string_view name;   // stable, such as "session.read"; audit records carry it
    std::string_view scope;  // that a token or key must carry
    Role least;              // for what belongs to the principal, or to nobody in particular
    Role least_for_others;   // for what belongs to somebody else in the tenant
};

/// What is acted on.
struct Resource {
    std::string_view tenant_id;
    std::string_view owner_id = {};  // empty when it belongs to nobody in particular
};

/// Every action, in the order of the enum.
std::span<const ActionRule> action_rules();
const ActionRule& rule_of(Action action);

/// Whether the principal may do this to that.
bool allowed(const Principal& principal, Action action, const Resource& resource);

/// The same for a handler. Errors: not_found for a resource of another tenant (its existence is nobody's business);
/// forbidden, with the scope or role that is missing.
base::Result<void> authorize(const Principal& principal, Action action, const Resource& resource);

std::string_view role_name(Role role);
/// Errors: invalid_argument.
base::Result<Role> parse_role(std::string_view name);

/// The canonical text of a principal, as the mesh signs it, and back. Errors: unauthenticated when it is malformed.
std::string to_text(const Principal& principal);
base::Result<Principal> parse_principal(std::string_view text);

}  // namespace model
