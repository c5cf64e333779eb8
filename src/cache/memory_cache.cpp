#include "cache/memory_cache.hpp"

#include <charconv>
#include <list>
#include <mutex>
#include <unordered_map>

namespace cache {
namespace {

using base::ErrorCode;
using base::fail;
using std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

struct Entry {
    std::string key;  // with the tenant before it
    std::string value;
    TimePoint end;
};

std::size_t cost_of(const Entry& entry) {
    return entry.key.size() + entry.value.size() + entry_overhead_bytes;
}

// A time to live that reaches beyond the clock's last moment ends there.
TimePoint end_after(TimePoint now, milliseconds time_to_live) {
    const auto left = std::chrono::floor<milliseconds>(TimePoint::max() - now);
    return now + std::min(left, time_to_live);
}

// The entries of all tenants, most recently used first. Not for several threads.
class Entries {
  public:
    explicit Entries(std::size_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

    Entry* find(const std::string& key, TimePoint now) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) return nullptr;
        if (found->second->end <= now) {
            erase(found->second);
            return nullptr;
        }
        by_use_.splice(by_use_.begin(), by_use_, found->second);
        return &*found->second;
    }

    void put(Entry entry) {
        remove(entry.key);
        used_bytes_ += cost_of(entry);
        by_use_.push_front(std::move(entry));
        by_key_.emplace(by_use_.front().key, by_use_.begin());
        while (used_bytes_ > capacity_bytes_)
            erase(std::prev(by_use_.end()));
    }

    void remove(std::string_view key) {
        const auto found = by_key_.find(key);
        if (found != by_key_.end()) erase(found->second);
    }

  private:
    using Place = std::list<Entry>::iterator;

    void erase(Place place) {
        used_bytes_ -= cost_of(*place);
        by_key_.erase(place->key);
        by_use_.erase(place);
    }

    std::size_t capacity_bytes_;
    std::size_t used_bytes_ = 0;
    std::list<Entry> by_use_;
    std::unordered_map<std::string_view, Place> by_key_;  // the views are of the entries' own keys
};

struct Shared {
    const base::Clock& clock;
    std::mutex mutex;
    Entries entries;
};

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

base::Result<void> check_key(std::string_view key) {
    if (!key.empty() && key.size() <= longest_key_bytes) return {};
    return fail(ErrorCode::invalid_argument, "a key of the cache has 1 to 512 bytes");
}

base::Result<void> check_entry(std::string_view key, std::string_view value, milliseconds time_to_live) {
    if (value.size() > largest_value_bytes)
        return fail(ErrorCode::invalid_argument, "a value of the cache has at most 1 MiB");
    if (time_to_live.count() < 1)
        return fail(ErrorCode::invalid_argument, "an entry of the cache lives for at least 1 ms");
    return check_key(key);
}

class MemoryTenant final : public TenantCache {
  public:
    MemoryTenant(Shared& shared, std::string_view tenant) : shared_(shared) {
        // The length first: no tenant's keys can then begin like another's.
        prefix_ = std::to_string(tenant.size()) + ":" + std::string(tenant);
    }

    base::Result<std::optional<std::string>> get(std::string_view key) override {
        if (auto good = check_key(key); !good) return std::unexpected(good.error());
        const std::lock_guard lock(shared_.mutex);
        const Entry* entry = shared_.entries.find(whole(key), shared_.clock.now());
        if (entry == nullptr) return std::nullopt;
        return entry->value;
    }

    base::Result<void> set(std::string_view key, std::string_view value, milliseconds time_to_live) override {
        if (auto good = check_entry(key, value, time_to_live); !good) return good;
        const std::lock_guard lock(shared_.mutex);
        put(key, value, time_to_live);
        return {};
    }

    base::Result<bool> add(std::string_view key, std::string_view value, milliseconds time_to_live) override {
        if (auto good = check_entry(key, value, time_to_live); !good) return std::unexpected(good.error());
        const std::lock_guard lock(shared_.mutex);
        if (shared_.entries.find(whole(key), shared_.clock.now()) != nullptr) return false;
        put(key, value, time_to_live);
        return true;
    }

    base::Result<std::int64_t> increment(std::string_view key, std::int64_t by, milliseconds time_to_live) override {
        if (auto good = check_entry(key, {}, time_to_live); !good) return std::unexpected(good.error());
        const std::lock_guard lock(shared_.mutex);
        Entry* entry = shared_.entries.find(whole(key), shared_.clock.now());
        const auto before = entry == nullptr ? std::optional<std::int64_t>(0) : number_in(entry->value);
        std::int64_t sum = 0;
        if (!before || __builtin_add_overflow(*before, by, &sum)) {
            return fail(ErrorCode::invalid_argument, "the entry is not a number of 64 bits that this can be added to");
        }
        const TimePoint end = entry == nullptr ? end_after(shared_.clock.now(), time_to_live) : entry->end;
        shared_.entries.put({whole(key), std::to_string(sum), end});
        return sum;
    }

    base::Result<void> remove(std::string_view key) override {
        if (auto good = check_key(key); !good) return good;
        const std::lock_guard lock(shared_.mutex);
        shared_.entries.remove(whole(key));
        return {};
    }

  private:
    [[nodiscard]] std::string whole(std::string_view key) const { return prefix_ + std::string(key); }
    void put(std::string_view key, std::string_view value, milliseconds time_to_live) {
        shared_.entries.put({whole(key), std::string(value), end_after(shared_.clock.now(), time_to_live)});
    }

    Shared& shared_;
    std::string prefix_;
};

class MemoryCache final : public Cache {
  public:
    MemoryCache(std::size_t capacity_bytes, const base::Clock& clock) : shared_{clock, {}, Entries(capacity_bytes)} {}

    base::Result<std::unique_ptr<TenantCache>> tenant(std::string_view tenant) override {
        if (tenant.empty() || tenant.size() > 64)
            return fail(ErrorCode::invalid_argument, "a tenant has 1 to 64 bytes");
        return std::make_unique<MemoryTenant>(shared_, tenant);
    }
    base::Result<void> check() override { return {}; }

  private:
    Shared shared_;
};

}  // namespace

base::Result<std::unique_ptr<Cache>> open_memory_cache(const Config& config, const base::Clock& clock) {
    constexpr std::size_t largest_entry_bytes = largest_value_bytes + longest_key_bytes + 64 + 3 + entry_overhead_bytes;
    if (config.capacity_bytes < largest_entry_bytes) {
        return fail(ErrorCode::invalid_argument,
                    "a cache has room for at least " + std::to_string(largest_entry_bytes) + " bytes");
    }
    return std::make_unique<MemoryCache>(config.capacity_bytes, clock);
}

}  // namespace cache
