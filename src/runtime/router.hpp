// The one table of routes of a service. Built once, then read from any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "runtime/http.hpp"

namespace runtime {

struct RouteLimits {
    std::uint64_t body_bytes = std::uint64_t{1} << 20U;
    std::chrono::milliseconds time{30'000};  // for the whole exchange but a streamed body or answer
};

struct Route {
    std::string method{};        // "GET" answers HEAD too, unless that has its own row; "*" is any method
    std::string pattern{};       // "/v1/sessions/{id}"; a last "{rest...}" takes one segment or more
    Handler handler{};           // takes the body whole; or
    OpenHandler open_handler{};  // decides at the header; one of the two is set
    RouteLimits limits{};
    bool anonymous = false;  // through the mesh: takes requests without a principal (probes)
};

class Router {
  public:
    /// Throws std::invalid_argument for a pattern that is not well-formed, a method and pattern given twice, a row
    /// without a handler or with both (a mistake in the program, found at its start).
    explicit Router(std::vector<Route> routes);

    /// The most specific route (a literal segment before a parameter, from the left) for method and target, whose
    /// parameters it puts into the request; else the answer: request_malformed, not_found, or method_not_allowed with
    /// Allow.
    [[nodiscard]] std::expected<const Route*, Response> find(Request& request, const Context& context) const;

  private:
    struct Entry {
        Route route;
        std::vector<std::string> segments;
    };
    [[nodiscard]] std::vector<const Entry*> entries_of(const std::vector<std::string>& path) const;
    std::vector<Entry> entries_;  // the most specific first
};

}  // namespace runtime
