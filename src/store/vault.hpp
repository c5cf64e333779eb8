// Where personal columns are sealed: the identity for now, encryption under a tenant's key that can be destroyed later.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/transaction.hpp"

namespace store {

/// Any thread.
class Vault {
  public:
    virtual ~Vault() = default;
    virtual base::Result<Sealed> seal(std::string_view tenant_id, std::string_view text) = 0;
    /// Errors: not_found when the key has been destroyed.
    virtual base::Result<std::string> open(std::string_view tenant_id, const Sealed& sealed) = 0;
};

class IdentityVault final : public Vault {
  public:
    static constexpr std::string_view key_id = "none";
    base::Result<Sealed> seal(std::string_view, std::string_view text) override {
        return Sealed{Bytes{std::string(text)}, std::string(key_id)};
    }
    base::Result<std::string> open(std::string_view, const Sealed& sealed) override { return sealed.bytes.data; }
};

}  // namespace store
