#include "services/notification/tail.hpp"

#include <algorithm>

namespace notification {
namespace {

using base::Result;

constexpr std::int64_t rows_a_read = 1000;
constexpr std::chrono::milliseconds time_to_commit{10};

}  // namespace

std::optional<Tail::Read> Tail::after(std::int64_t position, std::string_view session_id) const {
    const std::lock_guard lock(mutex_);
    if (position < floor_) return std::nullopt;
    Read read{.rows = {}, .position = std::max(position, head_)};
    auto row = std::ranges::upper_bound(rows_, position, {}, [](const SharedRow& known) { return known->seq; });
    for (; row != rows_.end(); ++row) {
        if (session_id.empty() || (*row)->session_id == session_id) read.rows.push_back(*row);
    }
    return read;
}

void Tail::grow(std::vector<FeedRow> rows) {
    bool grew = false;
    {
        const std::lock_guard lock(mutex_);
        for (FeedRow& row : rows) {
            if (row.seq <= head_) continue;
            grew = true;
            head_ = row.seq;
            rows_.push_back(std::make_shared<const FeedRow>(std::move(row)));
        }
        while (rows_.size() > most_rows_) {
            floor_ = rows_.front()->seq;
            rows_.pop_front();
        }
    }
    if (grew) signal_->ring();
}

std::int64_t Tail::head() const {
    const std::lock_guard lock(mutex_);
    return head_;
}

Result<std::shared_ptr<Tail>> Tails::open(const std::string& tenant_id) {
    {
        const std::lock_guard lock(mutex_);
        if (auto tail = tails_[tenant_id].lock()) return tail;
    }
    auto reading = platform_.database.tenant(tenant_id).read();
    if (!reading) return std::unexpected(reading.error());
    const auto ends = feed_ends(*reading);
    if (!ends) return std::unexpected(ends.error());
    auto made = std::make_shared<Tail>(ends->last_seq);
    const std::lock_guard lock(mutex_);
    auto& place = tails_[tenant_id];
    if (auto tail = place.lock()) return tail;  // somebody was quicker
    place = made;
    return made;
}

Result<void> Tails::look() {
    const auto tails = living();
    if (tails.empty()) return {};
    const auto heads = recent_heads(platform_.database.system(store::SystemCaller::sweeper));
    if (!heads) return std::unexpected(heads.error());
    for (const FeedHead& head : *heads) {
        const auto tail = tails.find(head.tenant_id);
        if (tail == tails.end()) continue;
        if (auto grown = catch_up(head.tenant_id, *tail->second, head.last_seq); !grown) return grown;
    }
    return {};
}

void Tails::expect(const std::string& tenant_id) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = tails_.find(tenant_id);
        if (found == tails_.end() || found->second.expired()) return;
    }
    if (expecting_.exchange(true)) return;
    platform_.executor.at(platform_.clock.now() + time_to_commit, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->expecting_ = false;
        if (const auto looked = self->look(); !looked)
            self->platform_.log.write(runtime::LogLevel::warning, "feed_not_looked_at", nullptr,
                                      {{"code", base::code_name(looked.error().code)}});
    });
}

std::map<std::string, std::shared_ptr<Tail>, std::less<>> Tails::living() {
    const std::lock_guard lock(mutex_);
    std::erase_if(tails_, [](const auto& tail) { return tail.second.expired(); });
    std::map<std::string, std::shared_ptr<Tail>, std::less<>> found;
    for (const auto& [tenant_id, weak] : tails_) {
        if (auto tail = weak.lock()) found.emplace(tenant_id, std::move(tail));
    }
    return found;
}

Result<void> Tails::catch_up(const std::string& tenant_id, Tail& tail, std::int64_t head) {
    while (tail.head() < head) {
        auto reading = platform_.database.tenant(tenant_id).read();
        if (!reading) return std::unexpected(reading.error());
        auto rows = read_feed(*reading, {.after = tail.head(), .limit = rows_a_read});
        if (!rows) return std::unexpected(rows.error());
        if (rows->empty()) return {};  // swept away meanwhile
        tail.grow(std::move(*rows));
    }
    return {};
}

}  // namespace notification
