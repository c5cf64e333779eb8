#include "services/notification/receivers.hpp"

#include <algorithm>

namespace notification {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest_wait{100};
constexpr milliseconds usual_wait{2000};
constexpr std::int64_t most_doublings = 4;
constexpr std::size_t most_known = 10'000;

}  // namespace

Receivers::Place::~Place() {
    if (receivers_ == nullptr) return;
    const std::lock_guard lock(receivers_->mutex_);
    --receivers_->states_[webhook_].under_way;
}

std::optional<Receivers::Place> Receivers::enter(const std::string& webhook) {
    const std::lock_guard lock(mutex_);
    if (states_.size() > most_known) std::erase_if(states_, [](const auto& row) { return row.second.under_way == 0; });
    State& state = states_[webhook];
    if (state.under_way >= most_at_once) return std::nullopt;
    ++state.under_way;
    return Place(*this, webhook);
}

void Receivers::took(const std::string& webhook, std::optional<milliseconds> time) {
    const std::lock_guard lock(mutex_);
    states_[webhook].time = time;
}

milliseconds Receivers::wait(const std::string& webhook, std::int64_t deferrals) const {
    const std::lock_guard lock(mutex_);
    const auto found = states_.find(webhook);
    if (found != states_.end() && found->second.time)
        return std::clamp(*found->second.time * 10, shortest_wait, usual_wait);
    return usual_wait * (1U << static_cast<unsigned>(std::min(deferrals, most_doublings)));
}

}  // namespace notification
