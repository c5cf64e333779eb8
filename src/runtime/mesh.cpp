#include "runtime/mesh.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>

#include "runtime/http_wire.hpp"
#include "runtime/invoke.hpp"
#include "runtime/problem.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;
using std::chrono::milliseconds;

constexpr std::string_view service_field = "Mesh-Service";
constexpr std::string_view principal_field = "Mesh-Principal";
constexpr std::string_view time_left_field = "Mesh-Time-Left-Ms";
constexpr std::string_view position_field = "Mesh-Position";
constexpr std::string_view correlation_field = "X-Correlation-Id";
constexpr std::string_view trace_field = "traceparent";

constexpr std::size_t longest_correlation_id = 64;
constexpr milliseconds longest_time_left{24LL * 3600 * 1000};

bool is_correlation_id(std::string_view text) {
    constexpr std::string_view allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.";
    return !text.empty() && text.size() <= longest_correlation_id &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<milliseconds> parse_time_left(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
    return std::clamp(milliseconds(number), milliseconds(0), longest_time_left);
}

// Waits on this thread for a deferred answer.
class LateAnswer {
  public:
    void put(Response response) {
        const std::lock_guard lock(mutex_);
        if (!response_) response_ = std::move(response);
        there_.notify_all();
    }
    std::optional<Response> wait(std::chrono::steady_clock::duration time) {
        std::unique_lock lock(mutex_);
        there_.wait_for(lock, time, [this] { return response_.has_value(); });
        return std::move(response_);
    }

  private:
    std::mutex mutex_;
    std::condition_variable there_;
    std::optional<Response> response_;
};

base::Result<std::string> read_all(Stream stream, std::size_t limit_bytes) {
    std::string bytes;
    std::vector<std::byte> buffer(http_chunk_bytes);
    while (true) {
        const auto size = guarded_read(*stream.source, buffer);
        if (!size) return std::unexpected(size.error());
        if (*size == 0) return bytes;
        if (bytes.size() + *size > limit_bytes)
            return fail(ErrorCode::body_too_large, "the service's answer is larger than the limit");
        bytes.append(reinterpret_cast<const char*>(buffer.data()), *size);
    }
}

Response pour(BodySink& sink, std::string_view body, const Context& context) {
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, http_chunk_bytes);
        auto early = guarded_write(sink, std::as_bytes(std::span(chunk)), context);
        if (early) return *std::move(early);
        body.remove_prefix(chunk.size());
    }
    return guarded_finish(sink, context);
}

}  // namespace

Mesh::Mesh(MeshOptions options, const base::Clock& clock, base::Random& random, HttpClient* client)
    : options_(std::move(options)), clock_(clock), random_(random), client_(client) {}

void Mesh::add(std::string service, std::variant<LocalService, RemoteService> place) {
    services_.insert_or_assign(std::move(service), std::move(place));
}

const std::variant<LocalService, RemoteService>* Mesh::find(std::string_view service) const {
    const auto found = services_.find(service);
    return found == services_.end() ? nullptr : &found->second;
}

void Mesh::strip(Request& request) {
    for (const std::string_view field : {service_field, principal_field, time_left_field, position_field})
        request.headers.remove(field);
}

std::optional<std::string> Mesh::addressee(const Request& request) {
    const auto name = request.headers.find(service_field);
    if (!name) return std::nullopt;
    return std::string(*name);
}

Context Mesh::new_context(const Request& request) const {
    Context context;
    const auto id = request.headers.find(correlation_field);
    context.correlation_id = id && is_correlation_id(*id) ? std::string(*id) : random_hex(random_, 16);
    const auto parent = parse_traceparent(request.headers.find(trace_field).value_or(""));
    context.trace = parent ? child_of(*parent, random_) : new_trace(random_);
    context.deadline = std::chrono::steady_clock::time_point::max();
    return context;
}

void Mesh::seal(std::string_view service, Request& request, const Context& context) const {
    strip(request);
    const auto left = std::clamp(std::chrono::duration_cast<milliseconds>(context.deadline - clock_.now()),
                                 milliseconds(0), longest_time_left);
    request.headers.set(service_field, std::string(service));
    request.headers.set(time_left_field, std::to_string(left.count()));
    request.headers.set(correlation_field, context.correlation_id);
    request.headers.set(trace_field, format_traceparent(child_of(context.trace, random_)));
    if (!context.position.empty()) request.headers.set(position_field, context.position);
    if (context.principal.empty()) return;
    const auto expiry = clock_.utc_now() + options_.token_life;
    request.headers.set(principal_field, sign_principal(context.principal, service, expiry, options_.keys));
}

base::Result<Context> Mesh::unseal(std::string_view service, Request& request) const {
    Context context = new_context(request);
    const auto left = parse_time_left(request.headers.find(time_left_field).value_or(""));
    if (!left) return fail(ErrorCode::unauthenticated, "the request did not come through the mesh");
    if (left->count() == 0) return fail(ErrorCode::deadline_exceeded, "the caller waits no longer");
    context.deadline = clock_.now() + *left;
    context.position = request.headers.find(position_field).value_or("");
    if (const auto token = request.headers.find(principal_field)) {
        auto claims = verify_principal(*token, service, clock_.utc_now(), options_.keys);
        if (!claims) return std::unexpected(claims.error());
        context.principal = *std::move(claims);
    }
    strip(request);
    return context;
}

base::Result<ClientRequest> Mesh::to_remote(std::string_view service, const RemoteService& remote, Request request,
                                            const Context& context) const {
    const auto left = std::chrono::duration_cast<milliseconds>(context.deadline - clock_.now());
    if (left.count() <= 0) return fail(ErrorCode::deadline_exceeded, "no time is left to ask " + std::string(service));
    if (client_ == nullptr) return fail(ErrorCode::unavailable, "this process asks no other");
    seal(service, request, context);
    return ClientRequest{.method = std::move(request.method),
                         .url = remote.url + request.target,
                         .headers = end_to_end_headers(request.headers),
                         .body = std::move(request.body),
                         .timeout = std::min(left, longest_time_left),
                         .most_answer_bytes = options_.most_answer_bytes};
}

base::Result<ClientResponse> Mesh::whole(Response response, const Context& context) const {
    while (auto* deferred = std::get_if<Deferred>(&response.body)) {
        const auto answer = std::make_shared<LateAnswer>();
        auto failed = guarded_start(*deferred, [answer](Response late) { answer->put(std::move(late)); }, context);
        if (failed) answer->put(*std::move(failed));
        auto late = answer->wait(
            std::min<std::chrono::steady_clock::duration>(context.deadline - clock_.now(), longest_time_left));
        if (!late) return fail(ErrorCode::deadline_exceeded, "the service did not answer in time");
        response = *std::move(late);
    }
    ClientResponse answer{response.status, std::move(response.headers), {}};
    if (auto* bytes = std::get_if<std::string>(&response.body)) {
        answer.body = std::move(*bytes);
    } else if (auto* stream = std::get_if<Stream>(&response.body)) {
        auto read = read_all(std::move(*stream), options_.most_answer_bytes);
        if (!read) return std::unexpected(read.error());
        answer.body = *std::move(read);
    } else {
        return fail(ErrorCode::invalid_argument, "an event stream cannot be the answer of a call");
    }
    return answer;
}

base::Result<ClientResponse> Mesh::call_local(std::string_view service, const LocalService& local, Request request,
                                              const Context& context) {
    seal(service, request, context);
    auto arrived = unseal(service, request);
    if (!arrived) return whole(problem_response(arrived.error(), context), context);
    request.content_length = request.body.size();
    auto route = local.router->find(request, *arrived);
    if (!route) return whole(std::move(route.error()), *arrived);
    const RouteLimits& limits = (*route)->limits;
    arrived->deadline = std::min(arrived->deadline, clock_.now() + limits.time);
    if (request.body.size() > limits.body_bytes) {
        return whole(problem_response({ErrorCode::body_too_large, "the body is larger than the route takes"}, *arrived),
                     *arrived);
    }
    Opening opening = invoke(**route, true, request, *arrived);
    if (auto* forward = std::get_if<Forward>(&opening)) {
        auto answer = call(forward->service, std::move(request), *arrived);
        if (answer) answer->headers.complete(forward->answer_headers);
        return answer;
    }
    if (auto* sink = std::get_if<std::unique_ptr<BodySink>>(&opening)) {
        return whole(pour(**sink, request.body, *arrived), *arrived);
    }
    return whole(std::move(std::get<Response>(opening)), *arrived);
}

base::Result<ClientResponse> Mesh::call(std::string_view service, Request request, const Context& context) {
    const auto* place = find(service);
    if (place == nullptr) return fail(ErrorCode::unavailable, "nobody serves " + std::string(service) + " here");
    if (const auto* local = std::get_if<LocalService>(place))
        return call_local(service, *local, std::move(request), context);
    auto remote = to_remote(service, std::get<RemoteService>(*place), std::move(request), context);
    if (!remote) return std::unexpected(remote.error());
    return fetch_and_wait(*client_, *std::move(remote));
}

void Mesh::call(std::string_view service, Request request, const Context& context, HttpClient::Completion completion) {
    const auto* place = find(service);
    const auto* local = place == nullptr ? nullptr : std::get_if<LocalService>(place);
    if (local != nullptr && local->pool != nullptr) {
        const std::size_t size_bytes = request.body.size();
        const auto shared = std::make_shared<Request>(std::move(request));
        const bool taken =
            local->pool->try_post(size_bytes, [this, name = std::string(service), shared, context, completion] {
                completion(call(name, std::move(*shared), context));
            });
        if (!taken) completion(fail(ErrorCode::overloaded, std::string(service) + " has too much to do"));
        return;
    }
    if (place == nullptr || local != nullptr) return completion(call(service, std::move(request), context));
    auto remote = to_remote(service, std::get<RemoteService>(*place), std::move(request), context);
    if (!remote) return completion(std::unexpected(remote.error()));
    client_->fetch(*std::move(remote), std::move(completion));
}

}  // namespace runtime
