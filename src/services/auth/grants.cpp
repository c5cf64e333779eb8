#include "services/auth/grants.hpp"

#include <algorithm>
#include <ranges>

namespace auth {

using base::ErrorCode;
using base::fail;
using model::Role;

namespace {

bool is_known_scope(std::string_view scope) {
    const auto scopes = model::action_rules() | std::views::transform(&model::ActionRule::scope);
    return scope == "*" || std::ranges::find(scopes, scope) != std::ranges::end(scopes);
}

// How many of them reach the role, with that of one user changed.
std::size_t count_from(Role least, std::span<const Administrator> administrators, std::string_view user_id,
                       std::optional<Role> role) {
    const auto others = std::ranges::count_if(administrators, [&](const Administrator& administrator) {
        return administrator.user_id != user_id && administrator.role >= least;
    });
    return static_cast<std::size_t>(others) + (role && *role >= least ? 1U : 0U);
}

}  // namespace

Role highest_role(const model::Principal& principal) {
    return principal.roles.empty() ? Role::viewer : *principal.roles.rbegin();
}

std::set<Role> roles_of(Role role) {
    if (role == Role::platform) return {Role::admin, Role::platform};
    return {role};
}

base::Result<void> may_grant(const model::Principal& principal, Role role) {
    if (role <= highest_role(principal)) return {};
    return fail(ErrorCode::forbidden,
                "the role " + std::string(model::role_name(role)) + " is above your own: nobody gives or takes such");
}

base::Result<void> may_grant(const model::Principal& principal, const Scopes& scopes) {
    if (principal.scopes.contains("*")) return {};
    for (const std::string& scope : scopes) {
        if (!principal.scopes.contains(scope))
            return fail(ErrorCode::forbidden, "you do not carry the scope " + scope + ", so you cannot give it");
    }
    return {};
}

base::Result<Scopes> parse_scopes(const base::Json& list) {
    const auto refuse = [](std::string why) { return fail(ErrorCode::invalid_argument, std::move(why)); };
    if (list.array() == nullptr || list.array()->empty())
        return refuse("\"scopes\" must be a list such as [\"sessions:read\"], or [\"*\"] for all");
    Scopes scopes;
    for (const base::Json& item : *list.array()) {
        if (item.text() == nullptr || !is_known_scope(*item.text()))
            return refuse("\"scopes\" holds something that is no scope" +
                          (item.text() == nullptr ? std::string() : ": " + item.text()->substr(0, 100)));
        scopes.insert(*item.text());
    }
    return scopes;
}

std::string scopes_text(const Scopes& scopes) {
    std::string text;
    for (const std::string& scope : scopes)
        text.append(text.empty() ? "" : " ").append(scope);
    return text;
}

Scopes scopes_from_text(std::string_view text) {
    Scopes scopes;
    for (const auto part : std::views::split(text, ' ')) {
        if (!part.empty()) scopes.emplace(part.begin(), part.end());
    }
    return scopes;
}

base::JsonArray scopes_json(const Scopes& scopes) {
    return {scopes.begin(), scopes.end()};
}

base::Result<void> keeps_administrators(std::span<const Administrator> administrators, std::string_view user_id,
                                        std::optional<Role> role) {
    for (const Role least : {Role::admin, Role::platform}) {
        const auto before = std::ranges::count_if(administrators, [&](const auto& one) { return one.role >= least; });
        if (before > 0 && count_from(least, administrators, user_id, role) == 0)
            return fail(ErrorCode::conflict, "the last user of the role " + std::string(model::role_name(least)) +
                                                 " cannot be removed or demoted; make another one first");
    }
    return {};
}

}  // namespace auth
