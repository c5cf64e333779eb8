// Blobs that no row names: what a process has left that died or slept between writing a blob and committing its row,
// and woke when what it worked for had ended and was erased.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "flow/service.hpp"

namespace flow {

/// The blobs of one service.
struct BlobFamily {
    std::string prefix;  // of their keys: "runs/"
    /// Whether a row still wants the blob of this key. A key that nobody wants must not be wanted anew: keys are fresh.
    std::function<base::Result<bool>(store::ReadTransaction&, std::string_view key)> wanted;
};

/// Removes what nobody wants and is older than housekeeping.stray_blob_age, of all tenants, a page at a time.
PeriodicTask stray_blobs(const Platform& platform, std::string name, BlobFamily family);

/// The piece of a key between two of its '/', from 0; empty when there are not so many.
std::string_view key_piece(std::string_view key, std::size_t number);

}  // namespace flow
