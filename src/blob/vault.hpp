// Where the bytes of blobs are sealed: identity for now, an AEAD under a key that can be destroyed later (the design's
// "erasure by destroyed keys"). What a vault says is stored beside every chunk; the storage knows nothing of keys.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace blob {

/// What opening a chunk needs beside its key: room for a nonce and a tag. Zeros when there is no vault.
using Seal = std::array<std::byte, 32>;

/// Which chunk it is: an AEAD binds these, so that chunks cannot be exchanged. Views live for the call.
struct ChunkName {
    std::string_view tenant;
    std::string_view blob_key;
    std::string_view key_id;
    std::uint64_t number;  // from 0
};

class Vault {
  public:
    virtual ~Vault() = default;
    /// The key that new blobs of this tenant are sealed with; never empty, at most 200 bytes. Any thread.
    virtual base::Result<std::string> current_key_id(std::string_view tenant) = 0;
    /// Turns the plain bytes into sealed ones of the same length, in place. A chunk may be sealed again with other
    /// bytes (a part that is put twice), so nonces are drawn afresh. Any thread.
    virtual base::Result<Seal> seal(const ChunkName& name, std::span<std::byte> bytes) = 0;
    /// The inverse, in place. Errors: blob_corrupt when the tag does not fit; others when the key cannot be had.
    virtual base::Result<void> open(const ChunkName& name, std::span<std::byte> bytes, const Seal& seal) = 0;
};

}  // namespace blob
