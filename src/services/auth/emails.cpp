#include "services/auth/emails.hpp"

#include <algorithm>

#include "base/hmac.hpp"
#include "services/auth/api_key.hpp"
#include "services/auth/handling.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using base::fail;
using store::Transaction;

constexpr std::string_view select_key =
    "select secret, secret_key_id from auth_secrets where tenant_id = :tenant and id = 'email'";

// The tenant's key for the hashes of addresses, made at its first use.
Result<std::string> email_key(Transaction& transaction, base::Random& random) {
    auto row = transaction.query_one(select_key);
    if (row && !*row) {
        const auto sealed = transaction.seal(new_secret(random));
        if (!sealed) return std::unexpected(sealed.error());
        const auto made = transaction.execute(
            "insert into auth_secrets (tenant_id, id, secret, secret_key_id) values (:tenant, 'email', :secret, "
            ":key_id)"
            " on conflict (tenant_id, id) do nothing",
            {{"secret", sealed->bytes}, {"key_id", sealed->key_id}});
        if (!made) return std::unexpected(made.error());
        row = transaction.query_one(select_key);
    }
    if (!row) return std::unexpected(row.error());
    return unseal(transaction, **row, "secret");
}

}  // namespace

std::optional<std::string> normal_email(std::string_view email) {
    const std::size_t at = email.find('@');
    const bool shaped = at != std::string_view::npos && at > 0 && at + 1 < email.size() &&
                        email.find('@', at + 1) == std::string_view::npos && email.size() <= longest_email_bytes;
    if (!shaped || std::ranges::any_of(email, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }))
        return std::nullopt;
    std::string normal(email);
    for (char& c : normal)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return normal;
}

Result<SealedEmail> seal_email(Transaction& transaction, base::Random& random, const std::string& email) {
    if (email.empty()) return SealedEmail{};
    const auto normal = normal_email(email);
    if (!normal) return fail(ErrorCode::invalid_argument, "\"email\" must be one address such as ada@example.org");
    const auto key = email_key(transaction, random);
    if (!key) return std::unexpected(key.error());
    auto sealed = transaction.seal(email);
    if (!sealed) return std::unexpected(sealed.error());
    return SealedEmail{std::move(sealed->bytes), std::move(sealed->key_id),
                       store::Bytes{base::hmac_sha256(*key, *normal)}};
}

Result<std::optional<store::Bytes>> email_hash(store::ReadTransaction& transaction, std::string_view email) {
    const auto normal = normal_email(email);
    if (!normal) return fail(ErrorCode::invalid_argument, "email must be one address such as ada@example.org");
    const auto row = transaction.query_one(select_key);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    const auto key = unseal(transaction, **row, "secret");
    if (!key) return std::unexpected(key.error());
    return store::Bytes{base::hmac_sha256(*key, *normal)};
}

}  // namespace auth
