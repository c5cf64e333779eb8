#include "services/transcription/live.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "flow/requests.hpp"
#include "runtime/http_wire.hpp"
#include "runtime/ordered_pool.hpp"
#include "services/transcription/live_stream.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::Context;
using runtime::OptionType;
using runtime::Request;
using runtime::Response;

constexpr std::string_view subprotocol = "transcript.v1";
constexpr std::size_t streams_a_core = 4;
// Of all streams together: while the upload service does not answer, these wait for it and no request worker does.
constexpr std::size_t keeping_threads = 4;

std::size_t streams_at_once(const runtime::Config& config) {
    const auto streams = static_cast<std::size_t>(config.integer("transcription.live_streams"));
    return streams == 0 ? streams_a_core * runtime::usable_cores() : streams;
}

// Room for one stream, for as long as it is held.
class Slots : public std::enable_shared_from_this<Slots> {
  public:
    Slots(std::size_t limit, runtime::Gauge& gauge) : limit_(limit), gauge_(gauge) {}
    /// Null when all are taken.
    std::shared_ptr<void> take() {
        if (taken_.fetch_add(1) >= limit_) {
            --taken_;
            return nullptr;
        }
        gauge_.add(1);
        return {this, [self = shared_from_this()](void*) { self->give_back(); }};
    }

  private:
    void give_back() {
        gauge_.add(-1);
        --taken_;
    }
    const std::size_t limit_;
    runtime::Gauge& gauge_;
    std::atomic<std::size_t> taken_ = 0;
};

// Threads that are made for the first stream that needs them. A task that has not begun is dropped at the end.
class LiveThreads {
  public:
    explicit LiveThreads(std::size_t count) : count_(count) {}
    void post(std::function<void()> task) {
        std::call_once(once_, [this] { threads_.emplace(count_); });
        threads_->post(std::move(task));
    }

  private:
    const std::size_t count_;
    std::once_flag once_;
    std::optional<runtime::Threads> threads_;
};

class Connection final : public runtime::WebSocketHandler {
  public:
    explicit Connection(std::shared_ptr<LiveStream> stream) : stream_(std::move(stream)) { stream_->watch_idleness(); }
    void on_message(runtime::WebSocketMessage message, std::function<void()> next) override {
        stream_->take(message, std::move(next));
    }
    void on_end(const std::function<void()>& done) override { stream_->leave(done); }

  private:
    std::shared_ptr<LiveStream> stream_;
};

struct Live {
    explicit Live(SharedTools own_tools)
        : tools(std::move(own_tools)),
          slots(std::make_shared<Slots>(streams_at_once(tools->platform.config), tools->measures.live_streams())),
          idle_time(tools->platform.config.duration("transcription.live_idle_time")) {}
    SharedTools tools;
    std::shared_ptr<Slots> slots;
    std::chrono::milliseconds idle_time;
    LiveThreads threads{runtime::usable_cores()};
    LiveThreads keeping{keeping_threads};  // last: its end waits for what uses the others
};

Result<Response> open(Live& live, const Request& request, const Context& context) {
    if (const auto may = flow::authorize(context, model::Action::session_create); !may)
        return std::unexpected(may.error());
    if (const auto fits = runtime::check_web_socket(request); !fits) return std::unexpected(fits.error());
    auto slot = live.slots->take();
    if (!slot)
        return base::fail(ErrorCode::overloaded, "as many live streams are open as there is room for; try again soon");
    const auto offered = runtime::list_values(request.headers, "Sec-WebSocket-Protocol");
    const bool asked = std::ranges::find(offered, subprotocol) != offered.end();
    const LiveSurroundings surroundings{.tools = live.tools,
                                        .post_turn = [&live](auto turn) { live.threads.post(std::move(turn)); },
                                        .post_keeping = [&live](auto step) { live.keeping.post(std::move(step)); },
                                        .idle_time = live.idle_time,
                                        .slot = std::move(slot),
                                        .context = context};
    return Response{.body = runtime::WebSocket{asked ? std::string(subprotocol) : "",
                                               [surroundings](std::shared_ptr<runtime::WebSocketOutbox> outbox) {
                                                   return std::make_unique<Connection>(
                                                       std::make_shared<LiveStream>(surroundings, std::move(outbox)));
                                               }}};
}

}  // namespace

std::vector<runtime::Option> live_options() {
    return {{.name = "transcription.live_streams",
             .type = OptionType::integer,
             .default_text = "0",
             .documentation = "Live streams that a process takes at once; 0 is four for each processor.",
             .check = runtime::integer_from(0, 100'000)},
            {.name = "transcription.live_idle_time",
             .type = OptionType::duration,
             .default_text = "60s",
             .documentation = "A live stream from which no message comes for so long is closed.",
             .check = {}}};
}

runtime::Route live_route(SharedTools tools) {
    const auto live = std::make_shared<Live>(std::move(tools));
    return {.method = "GET", .pattern = "/v1/stream", .handler = [live](Request& request, Context& context) {
                return flow::answer(open(*live, request, context), context);
            }};
}

}  // namespace transcription
