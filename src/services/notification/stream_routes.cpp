#include "services/notification/stream_routes.hpp"

#include <algorithm>
#include <charconv>

#include "flow/requests.hpp"
#include "runtime/uri.hpp"
#include "services/notification/stream.hpp"
#include "services/notification/told.hpp"

namespace notification {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::Context;
using runtime::Request;
using runtime::Response;

constexpr int no_content = 204;  // tells a browser not to come back

// What the client has seen; the parameter is for browsers, which cannot set the header at first.
Result<std::optional<std::int64_t>> last_event_id(const Request& request) {
    auto text = request.headers.find("Last-Event-ID");
    if (!text) text = request.query_parameter("last_event_id");
    if (!text || text->empty()) return std::nullopt;
    std::int64_t seq = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), seq);
    if (fault != std::errc() || end != text->data() + text->size() || seq < 0)
        return base::fail(ErrorCode::invalid_argument, "Last-Event-ID must be one that a stream has given");
    return seq;
}

Result<std::set<std::string, std::less<>>> wanted_types(const Request& request) {
    std::set<std::string, std::less<>> types;
    std::string_view rest = request.query_parameter("types").value_or("");
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view type = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        if (find_told(type) == nullptr)
            return base::fail(ErrorCode::invalid_argument, "there is no event type \"" + std::string(type) + "\"");
        types.emplace(type);
    }
    return types;
}

Result<bool> wants_end(const Request& request) {
    const auto until = request.query_parameter("until");
    if (until && *until != "ended") return base::fail(ErrorCode::invalid_argument, "until can only be \"ended\"");
    return until.has_value();
}

// From where: what was seen, or everything of a session, or what comes from now on. A number that the feed never gave
// (it was restored from a backup) is as good as one that is too old.
void place(StreamWish& wish, std::optional<std::int64_t> seen, const FeedEnds& ends) {
    const std::int64_t otherwise = wish.session_id.empty() ? ends.last_seq : 0;
    const bool unknown = seen && *seen > ends.last_seq;
    wish.reset = seen && (unknown || *seen < ends.swept_seq);
    wish.after = !seen || unknown ? otherwise : std::max(*seen, ends.swept_seq);
}

// Whether a client that comes back has seen the end already.
Result<bool> has_seen_the_end(store::Reading& reading, const StreamWish& wish, std::optional<std::int64_t> seen) {
    if (!wish.until_ended || !seen) return false;
    const auto turn = last_turn(reading, wish.session_id);
    if (!turn) return std::unexpected(turn.error());
    return *turn && (*turn)->type != run_begins && (*turn)->seq <= *seen;
}

Result<Response> open(const flow::Platform& platform, Tails& tails, StreamWish wish, const Request& request) {
    const auto seen = last_event_id(request);
    if (!seen) return std::unexpected(seen.error());
    auto types = wanted_types(request);
    if (!types) return std::unexpected(types.error());
    wish.types = *std::move(types);
    const auto tail = tails.open(wish.tenant_id);
    if (!tail) return std::unexpected(tail.error());
    auto reading = platform.database.tenant(wish.tenant_id).read();
    if (!reading) return std::unexpected(reading.error());
    const auto ends = feed_ends(*reading);
    if (!ends) return std::unexpected(ends.error());
    place(wish, *seen, *ends);
    const auto over = has_seen_the_end(*reading, wish, *seen);
    if (!over) return std::unexpected(over.error());
    if (*over) return Response{.status = no_content};
    auto source = std::make_unique<FeedStream>(platform, *tail, std::move(wish));
    return Response{.body = runtime::Subscription{std::move(source), (*tail)->signal()}};
}

// Its owner tells whether there is such a session for the one who asks.
Result<void> check_session(const flow::Platform& platform, const Context& context, std::string_view id) {
    const auto response =
        platform.mesh.call("session", {.target = "/v1/sessions/" + runtime::percent_encode(id)}, context);
    if (!response) return std::unexpected(response.error());
    if (response->status == 200) return {};
    const base::Json problem = base::parse_json(response->body).value_or(base::Json());
    const std::string code = text_of(problem, "code");
    const auto rows = base::error_catalogue();
    const auto row = std::ranges::find(rows, std::string_view(code), &base::ErrorKind::name);
    if (row != rows.end()) return base::fail(row->code, text_of(problem, "detail"));
    return base::fail(ErrorCode::unavailable,
                      "the session service answers " + std::to_string(response->status) + "; try again");
}

Result<Response> tenant_events(const flow::Platform& platform, Tails& tails, const Request& request,
                               const Context& context) {
    const auto principal = flow::authorize(context, model::Action::event_read);
    if (!principal) return std::unexpected(principal.error());
    return open(platform, tails, {.tenant_id = principal->tenant_id}, request);
}

Result<Response> session_events(const flow::Platform& platform, Tails& tails, const Request& request,
                                const Context& context) {
    const auto principal = flow::authorize(context, model::Action::event_read);
    if (!principal) return std::unexpected(principal.error());
    const auto until_ended = wants_end(request);
    if (!until_ended) return std::unexpected(until_ended.error());
    const std::string id(request.path_parameter("id"));
    if (auto there = check_session(platform, context, id); !there) return std::unexpected(there.error());
    return open(platform, tails, {.tenant_id = principal->tenant_id, .session_id = id, .until_ended = *until_ended},
                request);
}

using Answer = Result<Response> (*)(const flow::Platform&, Tails&, const Request&, const Context&);

runtime::Route route(const flow::Platform& platform, const std::shared_ptr<Tails>& tails, std::string pattern,
                     Answer answer) {
    return {.method = "GET",
            .pattern = std::move(pattern),
            .handler = [&platform, tails, answer](Request& request, Context& context) {
                return flow::answer(answer(platform, *tails, request, context), context);
            }};
}

}  // namespace

std::vector<runtime::Route> stream_routes(const flow::Platform& platform, const std::shared_ptr<Tails>& tails) {
    return {route(platform, tails, "/v1/events", tenant_events),
            route(platform, tails, "/v1/sessions/{id}/events", session_events)};
}

}  // namespace notification
