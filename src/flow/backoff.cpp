#include "flow/backoff.hpp"

#include <algorithm>
#include <span>

namespace flow {
namespace {

using std::chrono::milliseconds;

std::uint64_t draw(base::Random& random) {
    std::uint64_t number = 0;
    random.fill(std::as_writable_bytes(std::span(&number, 1)));
    return number;
}

}  // namespace

milliseconds ceiling(const Backoff& backoff, std::int64_t failures) {
    milliseconds limit = backoff.first;
    for (std::int64_t i = 1; i < failures && limit < backoff.longest; ++i)
        limit *= 2;
    return std::max(std::min(limit, backoff.longest), milliseconds(1));
}

milliseconds wait_after(const Backoff& backoff, std::int64_t failures, base::Random& random) {
    const auto limit = static_cast<std::uint64_t>(ceiling(backoff, failures).count());
    return milliseconds(static_cast<std::int64_t>(draw(random) % limit) + 1);
}

}  // namespace flow
