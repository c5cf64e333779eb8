// Whether the services that the gateway sends requests to can be reached: those of this process always, the others when
// they answer. Asked at most every few seconds. Any thread; those who ask meanwhile wait for the answer.
#pragma once
#include <chrono>
#include <mutex>
#include <set>
#include <string_view>

#include "flow/service.hpp"

namespace gateway {

class Peers {
  public:
    /// The platform outlives it.
    explicit Peers(const flow::Platform& platform);

    /// Errors: unavailable (names the service).
    base::Result<void> check();

    static constexpr std::chrono::milliseconds every{2000};
    static constexpr std::chrono::milliseconds patience{1500};  // with all of them together

  private:
    base::Result<void> ask_all() const;
    base::Result<void> ask(std::string_view service, const runtime::Context& context) const;

    const flow::Platform& platform_;
    std::set<std::string_view> services_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point known_until_{};
    base::Result<void> last_;
};

}  // namespace gateway
