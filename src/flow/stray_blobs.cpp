#include "flow/stray_blobs.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace flow {
namespace {

using base::Result;
using std::chrono::milliseconds;

// How far the sweep has come: tenants in their order, keys in theirs.
struct Place {
    std::string finished_tenant;
    std::string after_key;
};

Result<std::vector<std::string>> strays(const Platform& platform, const std::string& tenant, const BlobFamily& family,
                                        const std::vector<blob::Listed>& old) {
    auto transaction = platform.database.tenant(tenant).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    std::vector<std::string> keys;
    for (const blob::Listed& listed : old) {
        const auto wanted = family.wanted(*transaction, listed.key);
        if (!wanted) return std::unexpected(wanted.error());
        if (!*wanted) keys.push_back(listed.key);
    }
    return keys;
}

void tell(const Platform& platform, const std::string& tenant, const BlobFamily& family, std::size_t count) {
    platform.log.write(runtime::LogLevel::warning, "stray_blobs_removed", nullptr,
                       {{"tenant_id", tenant}, {"prefix", family.prefix}, {"count", static_cast<std::int64_t>(count)}});
}

// Gives the key to go on after; empty at the end.
Result<std::string> sweep_page(const Platform& platform, const std::string& tenant, const BlobFamily& family,
                               const std::string& after, blob::Time created_before) {
    const auto blobs = platform.blobs.tenant(tenant);
    if (!blobs) return std::unexpected(blobs.error());
    const auto page = (*blobs)->list({.prefix = family.prefix, .created_before = created_before, .after = after});
    if (!page) return std::unexpected(page.error());
    const auto keys = strays(platform, tenant, family, page->blobs);
    if (!keys) return std::unexpected(keys.error());
    for (const std::string& key : *keys) {
        if (const auto removed = (*blobs)->remove(key); !removed) return std::unexpected(removed.error());
    }
    if (!keys->empty()) tell(platform, tenant, family, keys->size());
    return page->next;
}

// One page; gives whether there are more.
Result<bool> sweep(const Platform& platform, const BlobFamily& family, milliseconds age, Place& place) {
    auto tenants = platform.blobs.tenants();
    if (!tenants) return std::unexpected(std::move(tenants.error()));
    std::ranges::sort(*tenants);
    const auto tenant = std::ranges::upper_bound(*tenants, place.finished_tenant);
    if (tenant == tenants->end()) {
        place = {};
        return false;
    }
    auto next = sweep_page(platform, *tenant, family, place.after_key, platform.clock.utc_now() - age);
    // A tenant whose sweep fails does not keep the others waiting.
    if (!next || next->empty()) place = {*tenant, ""};
    if (!next) return std::unexpected(std::move(next.error()));
    place.after_key = *std::move(next);
    return true;
}

}  // namespace

PeriodicTask stray_blobs(const Platform& platform, std::string name, BlobFamily family) {
    const milliseconds age = platform.config.duration("housekeeping.stray_blob_age");
    return {.name = std::move(name),
            .every = platform.config.duration("housekeeping.stray_blob_interval"),
            .alone = true,
            .run = [&platform, age, family = std::move(family), place = std::make_shared<Place>()](
                       const store::NamedLease*) { return sweep(platform, family, age, *place); }};
}

std::string_view key_piece(std::string_view key, std::size_t number) {
    for (; number > 0; --number) {
        const std::size_t slash = key.find('/');
        if (slash == std::string_view::npos) return {};
        key.remove_prefix(slash + 1);
    }
    return key.substr(0, key.find('/'));
}

}  // namespace flow
