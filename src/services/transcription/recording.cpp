#include "services/transcription/recording.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "base/json.hpp"
#include "flow/backoff.hpp"
#include "flow/requests.hpp"
#include "runtime/uri.hpp"
#include "services/transcription/transcription.hpp"
#include "speech/wav_header.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::Request;

constexpr std::chrono::seconds patience{10};
constexpr std::size_t largest_piece_bytes = std::size_t{1} << 20U;
constexpr std::size_t piece_seconds = 30;
constexpr std::size_t most_held_bytes = std::size_t{4} << 20U;
constexpr std::chrono::seconds after_failure{20};
constexpr std::chrono::seconds time_to_finish{30};
constexpr flow::Backoff pauses{.first = std::chrono::milliseconds(500), .longest = std::chrono::milliseconds(5000)};
constexpr std::string_view upload_service = "upload";

std::size_t piece_bytes(const Recording::Sound& sound) {
    const std::size_t second_bytes =
        static_cast<std::size_t>(sound.sample_rate_hz) * speech::bytes_a_sample(sound.encoding);
    return std::min(largest_piece_bytes, piece_seconds * second_bytes);
}

std::chrono::milliseconds idle_time(const runtime::Config& config) {
    return config.duration("transcription.live_idle_time");
}

// For a whole piece: the upload must not seem abandoned.
std::chrono::milliseconds longest_wait(const runtime::Config& config) {
    return std::min<std::chrono::milliseconds>(std::chrono::minutes(1), idle_time(config));
}

// Every tus request says its version.
Request tus_request(std::string method, std::string target) {
    return {.method = std::move(method), .target = std::move(target), .headers = {{"Tus-Resumable", "1.0.0"}}};
}

bool may_pass(const base::Error& error) {
    return base::describe(error.code).retryable;
}

}  // namespace

// A message comes just too soon for what was held to be due, and then none for as long as the client may say nothing.
std::chrono::milliseconds longest_recording_gap(const runtime::Config& config) {
    return longest_wait(config) + idle_time(config);
}

Result<std::shared_ptr<Recording>> Recording::begin(const flow::Platform& platform, const runtime::Context& context,
                                                    const base::Json& description, const Sound& sound) {
    std::shared_ptr<Recording> recording(new Recording(platform, context, sound));
    const auto body = flow::body_of(recording->ask({.method = "POST",
                                                    .target = "/internal/recordings",
                                                    .headers = {{"Content-Type", "application/json"}},
                                                    .body = base::to_canonical_json(description)}));
    if (!body) return std::unexpected(body.error());
    const auto made = base::parse_json(*body);
    if (!made) return std::unexpected(made.error());
    base::JsonFields fields(*made, "the answer of the upload service");
    recording->session_id_ = fields.text("session_id");
    recording->target_ = "/v1/uploads/" + runtime::percent_encode(fields.text("upload_id"));
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    recording->held_ = speech::open_wav_header(sound.sample_rate_hz, sound.encoding);
    return recording;
}

Recording::Recording(const flow::Platform& platform, runtime::Context context, const Sound& sound)
    : platform_(platform),
      context_(std::move(context)),
      sample_bytes_(speech::bytes_a_sample(sound.encoding)),
      piece_bytes_(piece_bytes(sound)),
      longest_wait_(longest_wait(platform.config)),
      tried_at_(platform.clock.now()) {}

Result<void> Recording::pass_on() {
    auto passed = try_to_pass_on(false);
    tried_at_ = platform_.clock.now();
    failing_ = !passed;
    if (passed || !may_pass(passed.error()) || held_.size() > most_held_bytes) return passed;
    return {};
}

// A service that does not answer is not asked all the time: other recordings wait for this thread.
bool Recording::is_due() const {
    const auto since = platform_.clock.now() - tried_at_;
    if (failing_) return since >= after_failure || held_.size() > most_held_bytes;
    return since >= longest_wait_ || held_.size() >= piece_bytes_;
}

void Recording::finish(const Post& post, const Done& done) {
    finish_by_ = platform_.clock.now() + time_to_finish;
    finished_ = base::fail(ErrorCode::unavailable, "the ends of other streams waited for the upload service");
    post([self = shared_from_this(), post, done] { self->try_to_finish(post, done); });
}

// Others' tries may have taken the threads for so long that there is no time left for this one.
void Recording::try_to_finish(const Post& post, const Done& done) {
    if (platform_.clock.now() > finish_by_) return done(finished_);
    finished_ = try_to_pass_on_all();
    if (finished_ || !may_pass(finished_.error())) return done(finished_);
    const auto next = platform_.clock.now() + flow::wait_after(pauses, ++last_failures_, platform_.random);
    if (next > finish_by_) return done(finished_);
    platform_.executor.at(next, [self = shared_from_this(), post, done] {
        post([self, post, done] { self->try_to_finish(post, done); });
    });
}

// Whatever it throws, `done` must be called.
Result<void> Recording::try_to_pass_on_all() {
    try {
        return try_to_pass_on(true);
    } catch (const std::exception& fault) {
        return base::fail(ErrorCode::internal, fault.what());
    }
}

Result<runtime::ClientResponse> Recording::ask(Request request) const {
    runtime::Context context = context_;
    context.deadline = platform_.clock.now() + patience;
    return platform_.mesh.call(upload_service, std::move(request), context);
}

// Whether a try that failed came through all the same shows only here.
Result<void> Recording::try_to_pass_on(bool last) {
    auto passed = patch(last);
    if (passed || passed.error().code != ErrorCode::conflict) return passed;
    if (auto found = find_offset(); !found) return found;
    return patch(last);
}

// Whole samples; the header counts as some.
Result<void> Recording::patch(bool last) {
    const std::size_t begun_bytes = (static_cast<std::size_t>(offset_) + held_.size()) % sample_bytes_;
    const std::size_t size_bytes = held_.size() - std::min(begun_bytes, held_.size());
    const std::int64_t end = offset_ + static_cast<std::int64_t>(size_bytes);
    Request request = tus_request("PATCH", target_);
    request.headers.set("Content-Type", "application/offset+octet-stream");
    request.headers.set("Upload-Offset", std::to_string(offset_));
    if (last) request.headers.set("Upload-Length", std::to_string(end));
    request.body = held_.substr(0, size_bytes);
    const auto passed = flow::body_of(ask(std::move(request)));
    if (!passed) return std::unexpected(passed.error());
    held_.erase(0, size_bytes);
    offset_ = end;
    return {};
}

Result<void> Recording::find_offset() {
    const auto answer = ask(tus_request("HEAD", target_));
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 404 || answer->status == 410)
        return base::fail(ErrorCode::upload_gone, "the session of the stream was deleted or cancelled");
    if (answer->status != 200)
        return base::fail(ErrorCode::unavailable, "the upload service does not say how much of the stream it has");
    const std::string field(answer->headers.find("Upload-Offset").value_or(""));
    std::int64_t there = -1;
    std::from_chars(field.data(), field.data() + field.size(), there);
    if (there < offset_ || there - offset_ > std::ssize(held_))
        return base::fail(ErrorCode::conflict, "the upload of the stream has other bytes than were sent");
    held_.erase(0, static_cast<std::size_t>(there - offset_));
    offset_ = there;
    return {};
}

}  // namespace transcription
