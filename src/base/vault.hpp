// Where personal data is sealed, in columns of the store and in chunks of blobs alike: as it is for now, an AEAD under
// a tenant's key that can be destroyed later (the design's "erasure by destroyed keys"). What a vault says is stored
// beside what it sealed; who stores it knows nothing of keys.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace base {

/// What opening needs beside the key: room for a nonce and a tag. Zeros when there is no vault.
using Seal = std::array<std::byte, 32>;

/// What is sealed: an AEAD binds these, so that one cannot be put in another's place. Views live for the call.
struct SealedName {
    std::string_view tenant;
    std::string_view place;  // a blob's key, or "store" for columns
    std::string_view key_id;
    std::uint64_t number = 0;  // of a blob's chunk, from 0
};

class Vault {
  public:
    virtual ~Vault() = default;
    /// The key that new data of this tenant is sealed with; never empty, at most 200 bytes. Any thread.
    virtual Result<std::string> current_key_id(std::string_view tenant) = 0;
    /// Turns the plain bytes into sealed ones of the same length, in place. The same name may be sealed again with
    /// other bytes (a part that is put twice, a column), so nonces are drawn afresh. Any thread.
    virtual Result<Seal> seal(const SealedName& name, std::span<std::byte> bytes) = 0;
    /// The inverse, in place. Errors: blob_corrupt when the tag does not fit; not_found when the key has been
    /// destroyed.
    virtual Result<void> open(const SealedName& name, std::span<std::byte> bytes, const Seal& seal) = 0;
};

}  // namespace base
