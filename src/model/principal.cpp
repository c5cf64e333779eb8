#include "model/principal.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.hpp"

namespace model {
namespace {

using base::ErrorCode;
using base::fail;
using enum Action;

constexpr std::size_t longest_text_bytes = 16'384;
constexpr auto viewer = Role::viewer;
constexpr auto member = Role::member;
constexpr auto admin = Role::admin;
constexpr auto platform = Role::platform;

constexpr std::array rules{
    ActionRule{session_read, "session.read", "sessions:read", viewer, viewer},
    ActionRule{session_create, "session.create", "sessions:write", member, member},
    ActionRule{session_update, "session.update", "sessions:write", member, admin},
    ActionRule{session_cancel, "session.cancel", "sessions:write", member, admin},
    ActionRule{session_retry, "session.retry", "sessions:write", member, admin},
    ActionRule{session_delete, "session.delete", "sessions:delete", member, admin},
    ActionRule{video_read, "video.read", "videos:read", viewer, viewer},
    ActionRule{upload_write, "upload.write", "sessions:write", member, admin},
    ActionRule{transcript_read, "transcript.read", "transcripts:read", viewer, viewer},
    ActionRule{transcript_edit, "transcript.edit", "transcripts:write", member, member},
    ActionRule{analysis_read, "analysis.read", "transcripts:read", viewer, viewer},
    ActionRule{export_read, "export.read", "transcripts:read", viewer, viewer},
    ActionRule{export_create, "export.create", "exports:write", viewer, viewer},
    ActionRule{event_read, "event.read", "events:read", viewer, viewer},
    ActionRule{webhook_read, "webhook.read", "webhooks:read", admin, admin},
    ActionRule{webhook_manage, "webhook.manage", "webhooks:write", admin, admin},
    ActionRule{usage_read, "usage.read", "usage:read", admin, admin},
    ActionRule{audit_read, "audit.read", "audit:read", admin, admin},
    ActionRule{tenant_read, "tenant.read", "tenants:read", viewer, viewer},
    ActionRule{tenant_manage, "tenant.manage", "tenants:write", admin, admin},
    ActionRule{voice_read, "voice.read", "tenants:read", member, member},
    ActionRule{user_read, "user.read", "users:read", viewer, admin},
    ActionRule{user_manage, "user.manage", "users:write", admin, admin},
    ActionRule{key_read, "key.read", "keys:read", member, admin},
    ActionRule{key_manage, "key.manage", "keys:write", member, admin},
    ActionRule{platform_manage, "platform.manage", "platform:write", platform, platform},
};

static_assert(rules.size() == std::to_underlying(platform_manage) + 1U, "every action has one row");

consteval bool rows_follow_the_enum() {
    for (std::size_t row = 0; row < rules.size(); ++row) {
        if (std::to_underlying(rules[row].action) != row) return false;
        if (rules[row].least_for_others < rules[row].least) return false;
    }
    return true;
}
static_assert(rows_follow_the_enum());

constexpr std::array<std::string_view, 4> role_names{"viewer", "member", "admin", "platform"};
constexpr std::array<std::string_view, 3> kind_names{"user", "api_key", "service"};

bool reaches(const Principal& principal, const Resource& resource) {
    return principal.roles.contains(platform) ||
           (!principal.tenant_id.empty() && principal.tenant_id == resource.tenant_id);
}

bool has_scope(const Principal& principal, std::string_view scope) {
    return principal.scopes.contains("*") || principal.scopes.contains(scope);
}

Role role_needed(const Principal& principal, const ActionRule& rule, const Resource& resource) {
    const bool own = resource.owner_id.empty() || resource.owner_id == principal.id;
    return own ? rule.least : rule.least_for_others;
}

bool has_role(const Principal& principal, Role least) {
    return !principal.roles.empty() && *principal.roles.rbegin() >= least;
}

base::JsonArray texts(const auto& items, auto name) {
    base::JsonArray array;
    for (const auto& item : items)
        array.emplace_back(name(item));
    return array;
}

// The texts of a JSON list; a fault when there is anything else in it.
std::vector<std::string> read_texts(base::JsonFields& fields, std::string_view name) {
    const base::Json* list = fields.any(name);
    std::vector<std::string> items;
    if (list == nullptr || list->array() == nullptr) {
        fields.fault("a list is missing");
        return items;
    }
    for (const base::Json& item : *list->array()) {
        if (item.text() == nullptr) fields.fault("a list holds something else than texts");
        items.push_back(item.text() == nullptr ? std::string() : *item.text());
    }
    return items;
}

}  // namespace

std::span<const ActionRule> action_rules() {
    return rules;
}

const ActionRule& rule_of(Action action) {
    return rules.at(std::to_underlying(action));
}

bool allowed(const Principal& principal, Action action, const Resource& resource) {
    return authorize(principal, action, resource).has_value();
}

base::Result<void> authorize(const Principal& principal, Action action, const Resource& resource) {
    const ActionRule& rule = rule_of(action);
    if (!reaches(principal, resource)) return fail(ErrorCode::not_found, "there is nothing of that name");
    if (!has_scope(principal, rule.scope)) {
        return fail(ErrorCode::forbidden, std::string(rule.name) + " needs the scope " + std::string(rule.scope));
    }
    const Role needed = role_needed(principal, rule, resource);
    if (has_role(principal, needed)) return {};
    return fail(ErrorCode::forbidden, std::string(rule.name) + " needs the role " + std::string(role_name(needed)));
}

std::string_view role_name(Role role) {
    return role_names.at(std::to_underlying(role));
}

base::Result<Role> parse_role(std::string_view name) {
    const auto found = std::ranges::find(role_names, name);
    if (found != role_names.end()) return static_cast<Role>(found - role_names.begin());
    return fail(ErrorCode::invalid_argument, "the roles are viewer, member, admin and platform");
}

std::string to_text(const Principal& principal) {
    return base::to_canonical_json(base::JsonObject{
        {"kind", kind_names.at(std::to_underlying(principal.kind))},
        {"tenant_id", principal.tenant_id},
        {"id", principal.id},
        {"roles", texts(principal.roles, role_name)},
        {"scopes", texts(principal.scopes, [](const std::string& scope) { return scope; })},
    });
}

base::Result<Principal> parse_principal(std::string_view text) {
    const auto refuse = [](const std::string& why) {
        return fail(ErrorCode::unauthenticated, "the principal is malformed: " + why);
    };
    const auto json = base::parse_json(text, {.size_bytes = longest_text_bytes, .depth = 3});
    if (!json) return refuse(json.error().message);
    base::JsonFields fields(*json, "the principal");
    Principal principal;
    const auto kind = std::ranges::find(kind_names, fields.text("kind"));
    if (kind == kind_names.end()) fields.fault("its kind is not known");
    principal.kind = static_cast<PrincipalKind>(kind - kind_names.begin());
    principal.tenant_id = fields.text("tenant_id");
    principal.id = fields.text("id");
    for (const std::string& name : read_texts(fields, "roles")) {
        const auto role = parse_role(name);
        if (!role) fields.fault(role.error().message);
        principal.roles.insert(role.value_or(Role::viewer));
    }
    for (std::string& scope : read_texts(fields, "scopes"))
        principal.scopes.insert(std::move(scope));
    if (const auto end = fields.finish(); !end) return refuse(end.error().message);
    return principal;
}

}  // namespace model
