// Ids are UUIDs (RFC 9562) as text: 36 characters, lower case.
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace base {

/// Makes version 7 ids: ordered by time, unique without asking anyone. From one object each is greater than the one
/// before, also when the clock stands still or is set back (a counter in the 12 bits after the time; RFC 9562,
/// section 6.2, method 1). Any thread.
class Ids {
  public:
    /// Both outlive the object.
    Ids(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
    [[nodiscard]] std::string next();

  private:
    const Clock& clock_;
    Random& random_;
    std::mutex mutex_;
    std::uint64_t last_ms_ = 0;
    std::uint64_t counter_ = 0;
};

/// The version 8 id that always belongs to this kind of thing and its natural key: the front of a SHA-256 over both.
std::string derived_id(std::string_view type, std::string_view natural_key);

/// Whether the text is an id exactly as this header writes them, of any version.
bool is_id(std::string_view text);

/// When a version 7 id was made, to the millisecond; absent for other texts.
std::optional<std::chrono::system_clock::time_point> id_time(std::string_view id);

}  // namespace base
