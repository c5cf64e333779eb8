// For tests: the service with a session service that knows some sessions, a receiver of webhooks that does as it is
// told, and streams read through their EventSource, as the HTTP server would.
#pragma once
#include <deque>
#include <functional>
#include <set>
#include <stdexcept>

#include "flow/requests.hpp"
#include "flow/test_platform.hpp"
#include "services/notification/notification.hpp"

namespace notification {

/// Answers 200 unless told otherwise.
class Receiver final : public runtime::HttpClient {
  public:
    void fetch(runtime::ClientRequest request, Completion completion) override {
        requests.push_back(request);
        completion(answer(request));
    }
    std::vector<runtime::ClientRequest> requests;
    std::function<base::Result<runtime::ClientResponse>(const runtime::ClientRequest&)> answer =
        [](const runtime::ClientRequest&) { return runtime::ClientResponse{.status = 200}; };
};

/// An open stream, read until there is nothing now.
class Listener {
  public:
    explicit Listener(runtime::Response response) : response_(std::move(response)) {
        const auto* open = std::get_if<runtime::Subscription>(&response_.body);
        if (open != nullptr) open->signal->listen([rang = rang_] { ++*rang; });
    }
    [[nodiscard]] int status() const { return response_.status; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] int rings() const { return *rang_; }
    std::vector<runtime::SseEvent> read(std::size_t max_bytes = 65'536) {
        std::vector<runtime::SseEvent> events;
        for (bool more = true; more;) {
            auto batch = std::get<runtime::Subscription>(response_.body).source->next(max_bytes);
            if (!batch) throw std::runtime_error(batch.error().message);
            std::ranges::move(batch->events, std::back_inserter(events));
            ended_ = batch->last;
            more = batch->more;
        }
        if (!events.empty()) last_id_ = events.back().id;
        return events;
    }
    std::vector<std::string> types(std::size_t max_bytes = 65'536) {
        std::vector<std::string> types;
        for (const runtime::SseEvent& event : read(max_bytes))
            types.push_back(event.type);
        return types;
    }
    [[nodiscard]] const std::string& last_id() const { return last_id_; }

  private:
    runtime::Response response_;
    std::shared_ptr<int> rang_ = std::make_shared<int>(0);
    bool ended_ = false;
    std::string last_id_;
};

using Options = std::vector<std::pair<std::string, std::string>>;

struct Bench {
    explicit Bench(Options options = {}, std::uint64_t seed = 1)
        : test({sessions(), listened_to()}, seed, std::move(options)) {}

    /// An event as another service would tell it, with the whole way until nothing waits.
    void emit(std::string_view type, std::string_view session_id, std::string_view key = "1",
              std::string_view tenant_id = "acme") {
        test.emit(tenant_id, {.type = type,
                              .natural_key = std::string(session_id) + "/" + std::string(key),
                              .partition_key = session_id,
                              .payload = base::JsonObject{{"session_id", session_id}, {"blob_key", "runs/1/x"}}});
    }
    void tell(std::string_view type, std::string_view session_id, std::string_view key = "1",
              std::string_view tenant_id = "acme") {
        emit(type, session_id, key, tenant_id);
        test.settle();
        look();
    }
    /// Lets every process look what is new.
    void look() { pass(std::chrono::milliseconds(400)); }
    void pass(std::chrono::milliseconds time) {
        test.clock().advance(time);
        test.settle(std::chrono::seconds(3));
    }

    Listener listen(std::string target, const std::string& last_event_id = {}, std::size_t process = 0,
                    const std::string& tenant_id = "acme") {
        runtime::Request request{.target = std::move(target)};
        if (!last_event_id.empty()) request.headers.set("Last-Event-ID", last_event_id);
        runtime::Context context = test.platform(process).mesh.new_context(request);
        context.principal = model::to_text(flow::TestPlatform::viewer(tenant_id));
        context.deadline = test.clock().now() + std::chrono::minutes(1);
        const auto route = routers.at(process).find(request, context);
        if (!route) throw std::runtime_error("no route to " + request.target);
        return Listener((*route)->handler(request, context));
    }

    base::Json json(const runtime::ClientResponse& response) { return base::parse_json(response.body).value(); }
    static std::string text(const base::Json& body, std::string_view name) {
        const base::Json* member = body.member(name);
        return member != nullptr && member->text() != nullptr ? *member->text() : "none";
    }
    /// The webhook as it was answered, with its secret.
    base::Json add_webhook(const std::string& more = "") {
        const auto response =
            test.post("notification", "/v1/webhooks", R"({"url":"https://receiver.example/hook")" + more + "}");
        if (response.status != 201) throw std::runtime_error(response.body);
        return json(response);
    }
    base::Json webhook(const std::string& id) { return json(test.get("notification", "/v1/webhooks/" + id)); }
    /// Newest first.
    base::JsonArray deliveries(const std::string& webhook_id) {
        const base::Json page = json(test.get("notification", "/v1/webhooks/" + webhook_id + "/deliveries"));
        return *page.member("data")->array();
    }
    /// "pending: 500 500" of the newest delivery: its state, and each attempt's status or error.
    std::string story(const std::string& webhook_id) {
        const base::Json delivery = deliveries(webhook_id).at(0);
        std::string story = text(delivery, "status") + ":";
        for (const base::Json& attempt : *delivery.member("attempts")->array()) {
            const auto* status = attempt.member("status")->integer();
            story += " " + (status != nullptr ? std::to_string(*status) : text(attempt, "error"));
        }
        return story;
    }
    double metric(const std::string& place) {
        return test.platform()
            .metrics.counter({.name = "notification_stream_reads_total", .help = "", .labels = {"place"}})
            .with({place})
            .value();
    }

    std::set<std::string> known{"s1", "s2"};
    std::shared_ptr<Receiver> receiver = std::make_shared<Receiver>();
    std::deque<runtime::Router> routers;  // of each process
    flow::TestPlatform test;

  private:
    flow::Service sessions() {
        const auto get = [this](runtime::Request& request, runtime::Context& context) -> runtime::Response {
            const auto principal = flow::authorize(context, model::Action::session_read);
            const std::string id(request.path_parameter("id"));
            if (principal && principal->tenant_id == "acme" && known.contains(id))
                return flow::json_response(200, base::JsonObject{{"id", id}});
            return flow::answer(base::fail(base::ErrorCode::not_found, "there is no session " + id), context);
        };
        return {.name = "session", .options = {}, .migrations = {}, .make = [get](const flow::Platform&) {
                    flow::Parts parts;
                    parts.routes = {{.method = "GET", .pattern = "/v1/sessions/{id}", .handler = get}};
                    return base::Result<flow::Parts>(std::move(parts));
                }};
    }
    flow::Service listened_to() {
        flow::Service role = service([this](const flow::Platform&) { return receiver; });
        role.make = [this, make = role.make](const flow::Platform& platform) {
            auto parts = make(platform);
            if (parts) routers.emplace_back(parts->routes);
            return parts;
        };
        return role;
    }
};

}  // namespace notification
