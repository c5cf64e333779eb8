#include "services/gateway/peers.hpp"

#include "services/gateway/table.hpp"

namespace gateway {
Peers::Peers(const flow::Platform& platform) : platform_(platform), services_{"auth"} {
    for (const Row& row : table())
        services_.insert(row.service);
}

base::Result<void> Peers::check() {
    const std::lock_guard lock(mutex_);
    if (platform_.clock.now() < known_until_) return last_;
    last_ = ask_all();
    known_until_ = platform_.clock.now() + every;
    return last_;
}

base::Result<void> Peers::ask_all() const {
    runtime::Context context = platform_.mesh.new_context({});
    context.deadline = platform_.clock.now() + patience;
    for (const std::string_view service : services_) {
        if (auto reached = ask(service, context); !reached) return reached;
    }
    return {};
}

base::Result<void> Peers::ask(std::string_view service, const runtime::Context& context) const {
    const auto* place = platform_.mesh.find(service);
    if (place == nullptr)
        return base::fail(base::ErrorCode::unavailable,
                          "nobody serves " + std::string(service) + "; mesh.peers does not say where it is");
    if (std::holds_alternative<runtime::LocalService>(*place)) return {};
    const auto answer = platform_.mesh.call(service, {.target = "/healthz"}, context);
    if (answer && answer->status == 200) return {};
    return base::fail(base::ErrorCode::unavailable, std::string(service) + " cannot be reached");
}

}  // namespace gateway
