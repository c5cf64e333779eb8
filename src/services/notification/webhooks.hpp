// Webhooks as rows: where events are delivered to. Where and why is sealed, as are the secrets.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "store/database.hpp"

namespace notification {

inline constexpr std::int64_t most_webhooks = 20;  // of a tenant

struct Webhook {
    std::string id = {};
    std::string url = {};
    std::string description = {};
    std::vector<std::string> types = {};  // empty: all
    bool enabled = true;
    std::string disabled_reason = {};  // "failing", "gone"; empty: a person did
    std::int64_t created_ms = 0;
    std::int64_t updated_ms = 0;
    std::int64_t row_version = 0;
};

base::Json to_json(const Webhook& webhook);

/// A transaction that reads rows and opens what is sealed in them, of either kind.
class Opening {
  public:
    template <class T>
    explicit Opening(T& transaction)
        : rows_(transaction),
          open_([&transaction](const store::Sealed& sealed) { return transaction.unseal(sealed); }) {}
    [[nodiscard]] store::Reading& rows() const { return rows_; }
    [[nodiscard]] base::Result<std::string> unseal(const store::Row& row, const std::string& column) const {
        return open_({row.bytes(column), row.text(column + "_key_id")});
    }

  private:
    store::Reading& rows_;
    std::function<base::Result<std::string>(const store::Sealed&)> open_;
};

/// Oldest first.
base::Result<std::vector<Webhook>> list_webhooks(const Opening& opening);
/// Errors: not_found.
base::Result<Webhook> find_webhook(const Opening& opening, std::string_view id);
/// Those that deliveries are signed with now: the newest first, and for a time the one before.
base::Result<std::vector<std::string>> secrets_of(const Opening& opening, std::string_view id, std::int64_t now_ms);

/// Errors: quota_exceeded.
base::Result<void> insert_webhook(store::Transaction& transaction, const Webhook& webhook, std::string_view secret);
/// Where, why, what and whether; an enabled one begins without faults. Errors: not_found.
base::Result<void> update_webhook(store::Transaction& transaction, const Webhook& webhook);
/// With its deliveries, and whatever of them was to be sent.
base::Result<void> remove_webhook(store::Transaction& transaction, std::string_view id);
/// The secret so far stays valid until then.
base::Result<void> replace_secret(store::Transaction& transaction, std::string_view id, std::string_view secret,
                                  std::int64_t old_until_ms);

/// The ids of the enabled ones that want events of this type.
base::Result<std::vector<std::string>> webhooks_for(store::Reading& reading, std::string_view type);

base::Result<void> note_success(store::Transaction& transaction, std::string_view id);
/// Gives since when it has been failing without a success.
base::Result<std::int64_t> note_failure(store::Transaction& transaction, std::string_view id, std::int64_t now_ms);
base::Result<void> disable_webhook(store::Transaction& transaction, std::string_view id, std::string_view reason);

}  // namespace notification
