#include "runtime/router.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "runtime/problem.hpp"
#include "runtime/uri.hpp"

namespace runtime {
namespace {

using Segments = std::vector<std::string>;

bool is_parameter(std::string_view segment) {
    return segment.starts_with('{');
}

bool is_rest(std::string_view segment) {
    return segment.ends_with("...}");
}

std::string_view parameter_name(std::string_view segment) {
    segment.remove_prefix(1);
    segment.remove_suffix(is_rest(segment) ? 4 : 1);
    return segment;
}

// Literals sort before parameters, those before a rest: the first match is the most specific.
int generality(std::string_view segment) {
    if (!is_parameter(segment)) return 0;
    return is_rest(segment) ? 2 : 1;
}

bool is_well_formed(const Segments& pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const std::string& segment = pattern[i];
        if (!is_parameter(segment)) continue;
        if (!segment.ends_with('}') || parameter_name(segment).empty()) return false;
        if (is_rest(segment) && i + 1 != pattern.size()) return false;
    }
    return true;
}

Segments pattern_segments(const std::string& pattern) {
    const auto target = parse_target(pattern);
    if (!target || !is_well_formed(target->segments)) throw std::invalid_argument("not a route pattern: " + pattern);
    return target->segments;
}

bool matches(const Segments& pattern, const Segments& path) {
    const bool rest = !pattern.empty() && is_rest(pattern.back());
    if (rest ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!is_parameter(pattern[i]) && pattern[i] != path[i]) return false;
    }
    return true;
}

NamedValues parameters_of(const Segments& pattern, const Segments& path) {
    NamedValues parameters;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (!is_parameter(pattern[i])) continue;
        std::string value = path[i];
        for (std::size_t more = i + 1; is_rest(pattern[i]) && more < path.size(); ++more)
            value += "/" + path[more];
        parameters.emplace_back(parameter_name(pattern[i]), std::move(value));
    }
    return parameters;
}

bool serves(const Route& route, std::string_view method) {
    return route.method == method || route.method == "*";
}

base::Result<void> take_apart(Request& request) {
    auto target = parse_target(request.target);
    if (!target) return std::unexpected(target.error());
    request.segments = std::move(target->segments);
    request.query = std::move(target->parameters);
    return {};
}

Response refusal(base::ErrorCode code, std::string message, const Context& context) {
    return problem_response({code, std::move(message)}, context);
}

}  // namespace

Router::Router(std::vector<Route> routes) {
    std::set<std::pair<std::string, std::string>> seen;
    for (Route& route : routes) {
        if (!seen.emplace(route.method, route.pattern).second) {
            throw std::invalid_argument("a route given twice: " + route.method + " " + route.pattern);
        }
        if (bool(route.handler) == bool(route.open_handler)) {
            throw std::invalid_argument("a route takes one handler: " + route.method + " " + route.pattern);
        }
        auto segments = pattern_segments(route.pattern);
        entries_.push_back({std::move(route), std::move(segments)});
    }
    std::ranges::stable_sort(entries_, [](const Entry& left, const Entry& right) {
        return std::ranges::lexicographical_compare(left.segments, right.segments, {}, generality, generality);
    });
}

std::vector<const Router::Entry*> Router::entries_of(const Segments& path) const {
    std::vector<const Entry*> found;
    for (const Entry& entry : entries_) {
        if (matches(entry.segments, path)) found.push_back(&entry);
    }
    return found;
}

std::expected<const Route*, Response> Router::find(Request& request, const Context& context) const {
    if (auto read = take_apart(request); !read) return std::unexpected(problem_response(read.error(), context));
    const auto candidates = entries_of(request.segments);
    if (candidates.empty()) {
        return std::unexpected(
            refusal(base::ErrorCode::not_found, "there is no such path; the API's description lists them", context));
    }
    for (const std::string_view method :
         {std::string_view(request.method), std::string_view(request.method == "HEAD" ? "GET" : "")}) {
        for (const Entry* entry : candidates) {
            if (!serves(entry->route, method)) continue;
            request.path_parameters = parameters_of(entry->segments, request.segments);
            return &entry->route;
        }
    }
    std::set<std::string_view> methods;
    for (const Entry* entry : candidates) {
        methods.insert(entry->route.method);
        if (entry->route.method == "GET") methods.insert("HEAD");
    }
    std::string allow;
    for (const std::string_view method : methods)
        allow.append(allow.empty() ? "" : ", ").append(method);
    Response answer = refusal(base::ErrorCode::method_not_allowed, "this path takes " + allow, context);
    answer.headers.set("Allow", allow);
    return std::unexpected(std::move(answer));
}

}  // namespace runtime
