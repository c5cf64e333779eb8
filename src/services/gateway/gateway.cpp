#include "services/gateway/gateway.hpp"

#include <set>

#include "base/json.hpp"
#include "flow/requests.hpp"
#include "runtime/problem.hpp"
#include "services/gateway/answers.hpp"
#include "services/gateway/cors.hpp"
#include "services/gateway/identity.hpp"
#include "services/gateway/limits.hpp"
#include "services/gateway/peers.hpp"
#include "services/gateway/table.hpp"

namespace gateway {
namespace {

using base::ErrorCode;
using runtime::Context;
using runtime::Headers;
using runtime::Opening;
using runtime::Request;
using runtime::Response;
using runtime::Route;
using runtime::RouteLimits;

constexpr std::uint64_t transcript_bytes = std::uint64_t{16} << 20U;

// GET rows answer HEAD too; spelled out, because the row for unknown paths takes any method.
template <class Visit>
void each_row(const Visit& visit) {
    std::set<std::string_view> own_head;
    for (const Row& row : table()) {
        if (row.method == "HEAD") own_head.insert(row.pattern);
    }
    for (const Row& row : table()) {
        visit(row, row.method);
        if (row.method == "GET" && !own_head.contains(row.pattern)) visit(row, "HEAD");
    }
}

// The public paths and methods, to say of any other request what is wrong with it.
runtime::Router known_routes() {
    const auto never = [](Request&, Context&) { return Response{}; };
    std::vector<Route> routes;
    for (const char* pattern : {"/", "/healthz", "/readyz", "/metrics"})
        routes.push_back({.method = "GET", .pattern = pattern, .handler = never});
    for (const Row& row : table())
        routes.push_back({.method = std::string(row.method), .pattern = std::string(row.pattern), .handler = never});
    return runtime::Router(std::move(routes));
}

class Door {
  public:
    Door(const flow::Platform& platform, Probes probes)
        : platform_(platform),
          probes_(std::move(probes)),
          limits_(platform),
          identity_(platform, limits_),
          origins_(platform.config.list("gateway.cors_origins")),
          metrics_open_(platform.config.boolean("gateway.metrics_open")),
          known_(known_routes()) {}

    Opening pass(const Row& row, Request& request, Context& context) {
        context.principal.clear();
        if (is_preflight(request)) return dressed(preflight(request, context), request);
        Headers answer_headers = security_headers();
        answer_headers.complete(cors_headers(origins_, request));
        // tus clients ask what the server can do before they say who they are.
        const bool anonymous = row.method == "OPTIONS" && !request.headers.find("Authorization");
        if (!anonymous) {
            auto refusal = admit(request, context, answer_headers);
            if (refusal) return dressed(*std::move(refusal), request);
        }
        remove_token(request);
        return runtime::Forward{std::string(service_of(row, request)), std::move(answer_headers)};
    }

    Response refuse(Request& request, Context& context) {
        if (is_preflight(request)) return dressed(preflight(request, context), request);
        auto found = known_.find(request, context);
        if (found) return dressed(problem({ErrorCode::not_found, "there is no such path"}, request, context), request);
        if (found.error().fault) make_readable(found.error(), *found.error().fault, request);
        return dressed(std::move(found.error()), request);
    }

    Response home(Request& request, Context&) const {
        return dressed(
            flow::json_response(200, base::JsonObject{{"name", "video-transcriber"},
                                                      {"version", VT_VERSION},
                                                      {"links", base::JsonObject{{"sessions", "/v1/sessions"},
                                                                                 {"models", "/v1/models"},
                                                                                 {"me", "/v1/me"},
                                                                                 {"health", "/healthz"},
                                                                                 {"readiness", "/readyz"},
                                                                                 {"metrics", "/metrics"}}}}),
            request);
    }

    Response health(Request& request, Context&) const {
        return dressed(runtime::bytes_response(200, "text/plain", "alive\n"), request);
    }

    Response readiness(Request& request, Context& context) const {
        const auto ready = probes_.ready ? probes_.ready() : base::Result<void>();
        return dressed(runtime::readiness_response(ready, context), request);
    }

    Response metrics(Request& request, Context& context) {
        if (!metrics_open_ || !is_loopback(request.peer_address)) {
            const auto principal = identity_.principal_of(request, context);
            if (!principal) return dressed(refused(principal.error(), request, context), request);
            const auto may = model::authorize(*principal, model::Action::platform_manage, {principal->tenant_id});
            if (!may) return dressed(problem(may.error(), request, context), request);
        }
        return dressed(runtime::bytes_response(200, "text/plain; version=0.0.4; charset=utf-8",
                                               probes_.metrics ? probes_.metrics() : std::string()),
                       request);
    }

  private:
    // Names who asks, or gives the answer to those who may not. The headers get what is left of the limit.
    std::optional<Response> admit(Request& request, Context& context, Headers& answer_headers) {
        const auto principal = identity_.principal_of(request, context);
        if (!principal) return refused(principal.error(), request, context);
        const Window window = limits_.count_request(principal->tenant_id + "/" + principal->id);
        answer_headers.complete(rate_limit_headers(window));
        context.principal = model::to_text(*principal);
        if (!window.exceeded()) return std::nullopt;
        Response response = problem({ErrorCode::rate_limited, "more than " + std::to_string(window.limit) +
                                                                  " requests in a minute; wait a little"},
                                    request, context);
        response.headers.set("Retry-After", std::to_string(window.reset_s));
        response.headers.complete(rate_limit_headers(window));
        return response;
    }

    Response refused(const base::Error& error, const Request& request, const Context& context) {
        Response response = problem(error, request, context);
        if (error.code == ErrorCode::rate_limited)
            response.headers.set("Retry-After", std::to_string(limits_.failures(request.peer_address).reset_s));
        return response;
    }

    // Of a known path and method what browsers may send there; else what is wrong with it.
    Response preflight(const Request& request, const Context& context) const {
        Request wanted = request;
        wanted.method = request.headers.find("Access-Control-Request-Method").value_or("");
        if (auto found = known_.find(wanted, context); !found) return std::move(found.error());
        wanted.method = "none";
        const auto allow = known_.find(wanted, context);
        const std::string methods(allow ? "" : allow.error().headers.find("Allow").value_or(""));
        Response response{.status = 204, .headers = {{"Allow", methods}}};
        if (cors_headers(origins_, request).find("Access-Control-Allow-Origin"))
            response.headers.complete(preflight_headers(methods));
        return response;
    }

    Response dressed(Response response, const Request& request) const {
        response.headers.complete(cors_headers(origins_, request));
        response.headers.complete(security_headers());
        return response;
    }

    flow::Platform platform_;
    Probes probes_;
    Limits limits_;
    Identity identity_;
    std::vector<std::string> origins_;
    bool metrics_open_;
    runtime::Router known_;
};

RouteLimits limits_of(Size size, const runtime::Config& config) {
    if (size == Size::transcript) return {.body_bytes = transcript_bytes};
    if (size == Size::upload)
        return {.body_bytes = config.size_bytes("gateway.upload_bytes"),
                .time = config.duration("gateway.upload_time")};
    return {};
}

using Own = Response (Door::*)(Request&, Context&);
using OwnConst = Response (Door::*)(Request&, Context&) const;

template <class Answer>
void add_own(std::vector<Route>& routes, const std::shared_ptr<Door>& door, const char* pattern, Answer answer) {
    for (const char* method : {"GET", "HEAD"}) {
        routes.push_back({.method = method,
                          .pattern = pattern,
                          .handler = [door, answer](Request& request,
                                                    Context& context) { return ((*door).*answer)(request, context); },
                          .anonymous = true});
    }
}

base::Result<flow::Parts> make(const flow::Platform& platform, const Probes& probes) {
    const auto door = std::make_shared<Door>(platform, probes);
    flow::Parts parts;
    parts.ready = [peers = std::make_shared<Peers>(platform)] { return peers->check(); };
    add_own(parts.routes, door, "/", OwnConst(&Door::home));
    add_own(parts.routes, door, "/healthz", OwnConst(&Door::health));
    add_own(parts.routes, door, "/readyz", OwnConst(&Door::readiness));
    add_own(parts.routes, door, "/metrics", Own(&Door::metrics));
    each_row([&](const Row& row, std::string_view method) {
        parts.routes.push_back(
            {.method = std::string(method),
             .pattern = std::string(row.pattern),
             .open_handler = [door, &row](Request& request,
                                          Context& context) { return door->pass(row, request, context); },
             .limits = limits_of(row.size, platform.config),
             .anonymous = true});
    });
    // At the header, so that nobody waits for the body of a request that goes nowhere.
    const auto refuse = [door](Request& request, Context& context) -> Opening {
        return door->refuse(request, context);
    };
    parts.routes.push_back({.method = "*", .pattern = "/", .open_handler = refuse, .anonymous = true});
    parts.routes.push_back({.method = "*", .pattern = "/{rest...}", .open_handler = refuse, .anonymous = true});
    return parts;
}

std::string check_origin(std::string_view list) {
    return list.find("://") != std::string_view::npos || list.find('*') != std::string_view::npos || list.empty() ||
                   list == "[]"
               ? std::string()
               : "must be origins such as https://app.example.org, or *";
}

std::vector<runtime::Option> options() {
    using enum runtime::OptionType;
    return {
        {"gateway.requests_a_minute", integer, "6000", "How many requests a principal may send in a minute.",
         runtime::integer_from(1, 1'000'000'000)},
        {"gateway.failed_authentications_a_minute", integer, "30",
         "How many requests with a key that is not valid may come from one address in a minute; then its requests are "
         "refused until the minute ends, but for keys that are in the cache.",
         runtime::integer_from(1, 1'000'000'000)},
        {"gateway.key_cache_time", duration, "10s",
         "How long the meaning of a key is remembered; so long a revoked key may still pass."},
        {"gateway.upload_bytes", size, "20GiB", "The largest body of a request that brings a video."},
        {"gateway.upload_time", duration, "12h", "How long a request that brings a video may take."},
        {"gateway.cors_origins", list, "",
         "The origins whose web pages may read the API's answers, such as https://app.example.org; * for all.",
         check_origin},
        {"gateway.metrics_open", boolean, "true",
         "Whether /metrics answers without a key to addresses of this very machine; others need a key of the role "
         "platform. Set it to false behind a proxy on the same machine."},
    };
}

}  // namespace

std::function<Headers(const Request&)> answer_headers(const runtime::Config& config) {
    return [origins = config.list("gateway.cors_origins")](const Request& request) {
        Headers headers = cors_headers(origins, request);
        headers.complete(security_headers());
        return headers;
    };
}

flow::Service service(Probes probes) {
    return {.name = "gateway",
            .options = options(),
            .migrations = {},
            .make = [probes = std::move(probes)](const flow::Platform& platform) { return make(platform, probes); }};
}

}  // namespace gateway
