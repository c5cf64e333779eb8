#include "services/upload/transcript_wait.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::ClientResponse;
using runtime::Response;
using std::chrono::milliseconds;

constexpr milliseconds first_wait{100};
constexpr milliseconds longest_wait{1000};

// Lives in the callbacks that it hands out; one runs at a time.
class Wait : public std::enable_shared_from_this<Wait> {
  public:
    Wait(Shared shared, runtime::Context context, std::string session_id, AnswerFormat format, runtime::Respond respond)
        : shared_(std::move(shared)),
          context_(std::move(context)),
          session_id_(std::move(session_id)),
          format_(format),
          respond_(std::move(respond)),
          deadline_(shared_->platform.clock.now() + shared_->settings.openai_time) {}

    void ask() {
        call(get_request(path()), [self = shared_from_this()](Result<ClientResponse> answer) {
            self->judge(flow::body_of(std::move(answer)));
        });
    }

  private:
    void judge(Result<std::string> json) {
        if (!json && !base::describe(json.error().code).retryable) return end(openai_refusal(json.error()));
        const auto session = json ? parse_session(*std::move(json)) : Result<SessionView>(pass_on(json));
        if (!session) return again();
        if (session->status == "completed") return fetch();
        if (session->status == "failed") return end(openai_refusal(session->error));
        if (session->status == "cancelled")
            return end(openai_refusal({ErrorCode::cancelled, "the transcription was cancelled"}));
        again();
    }

    void again() {
        const auto now = shared_->platform.clock.now();
        if (now >= deadline_) {
            return end(openai_refusal({ErrorCode::deadline_exceeded,
                                       "the transcript is not there yet; it will be at /v1/sessions/" + session_id_}));
        }
        shared_->platform.executor.at(now + wait_, [self = shared_from_this()] { self->ask(); });
        wait_ = std::min(wait_ * 3 / 2, longest_wait);
    }

    void fetch() {
        std::string target = path() + "/transcript?format=" + std::string(transcript_format(format_));
        call(get_request(std::move(target)), [self = shared_from_this()](Result<ClientResponse> answer) {
            auto transcript = flow::body_of(std::move(answer));
            auto response = transcript ? openai_answer(self->format_, *std::move(transcript))
                                       : Result<Response>(pass_on(transcript));
            const bool given = response.has_value();
            self->end(given ? *std::move(response) : openai_refusal(response.error()));
            if (given && !self->shared_->settings.openai_keep) self->forget();
        });
    }

    void end(Response response) { respond_(std::move(response)); }

    void forget() {
        call({.method = "DELETE", .target = path()}, [self = shared_from_this()](Result<ClientResponse> answer) {
            const auto deleted = flow::body_of(std::move(answer));
            if (deleted) return;
            self->shared_->platform.log.write(
                runtime::LogLevel::warning, "session_not_deleted", &self->context_,
                {{"session_id", self->session_id_}, {"code", base::code_name(deleted.error().code)}});
        });
    }

    void call(runtime::Request request, runtime::HttpClient::Completion completion) {
        shared_->platform.mesh.call("session", std::move(request), fresh(*shared_, context_), std::move(completion));
    }

    [[nodiscard]] std::string path() const { return "/v1/sessions/" + session_id_; }

    Shared shared_;
    runtime::Context context_;
    std::string session_id_;
    AnswerFormat format_;
    runtime::Respond respond_;
    std::chrono::steady_clock::time_point deadline_;
    milliseconds wait_ = first_wait;
};

}  // namespace

runtime::Deferred wait_for_transcript(const Shared& shared, const runtime::Context& context, std::string session_id,
                                      AnswerFormat format) {
    return [shared, context, session_id = std::move(session_id), format](runtime::Respond respond) {
        std::make_shared<Wait>(shared, context, session_id, format, std::move(respond))->ask();
    };
}

}  // namespace upload
