// From a key's text to a principal: one read of the database at most, and every failure looks alike from outside.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "flow/service.hpp"
#include "model/principal.hpp"

namespace auth {

/// Any thread.
class SignIn {
  public:
    explicit SignIn(store::Database& database) : database_(database) {}

    /// Whom the key names: kind api_key, the id of the key's user (what their keys make belongs to the user), the key's
    /// scopes, and the lower of the key's and the user's role. Errors: unauthenticated, in the same words whatever is
    /// wrong (no key, unknown, wrong secret, expired, revoked, its tenant closed); the database's own.
    base::Result<model::Principal> principal_of(std::string_view key_text);
    /// Writes down which keys were used since; a key's `last_used` is at most a minute late and changes at most once a
    /// minute.
    base::Result<void> note_uses();

  private:
    struct KeyName {
        std::string tenant_id;
        std::string id;
        auto operator<=>(const KeyName&) const = default;
    };
    void remember_use(const KeyName& name, const store::Row& row);

    store::Database& database_;
    std::mutex mutex_;
    std::map<KeyName, std::int64_t> uses_;  // when, by the database's clock
};

}  // namespace auth
