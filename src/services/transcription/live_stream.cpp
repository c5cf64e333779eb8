#include "services/transcription/live_stream.hpp"

#include <exception>
#include <utility>

#include "flow/requests.hpp"
#include "model/audio.hpp"
#include "services/transcription/session_vocabulary.hpp"
#include "speech/cutter.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::duration;

constexpr std::size_t most_waiting_seconds = 10;
constexpr std::size_t turn_seconds = 2;
constexpr double lag_begins_seconds = 2;
constexpr double lag_ends_seconds = 0.5;
constexpr std::size_t unread_without_partials_bytes = std::size_t{64} * 1024;

// What it throws costs this stream, not the process whose thread it is on.
Result<void> attempted(const std::function<Result<void>()>& step) {
    try {
        return step();
    } catch (const std::exception& fault) {
        return base::fail(ErrorCode::internal, fault.what());
    }
}

}  // namespace

LiveStream::Ear::Ear(Engine own_engine, const LiveStart& start, speech::Resampler own_resampler,
                     const base::Clock& clock)
    : engine(std::move(own_engine)),
      samples(start.encoding),
      resampler(std::move(own_resampler)),
      live(*engine.voice_activity, *engine.recogniser, clock) {}

LiveStream::LiveStream(LiveSurroundings surroundings, std::shared_ptr<runtime::WebSocketOutbox> outbox)
    : surroundings_(std::move(surroundings)),
      outbox_(std::move(outbox)),
      last_message_(surroundings_.tools->platform.clock.now()) {}

void LiveStream::watch_idleness() {
    const flow::Platform& platform = surroundings_.tools->platform;
    Instant due;
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        if (held_ || taking_) last_message_ = platform.clock.now();  // it is we who are slow
        due = last_message_ + surroundings_.idle_time;
    }
    if (due <= platform.clock.now())
        return fail({ErrorCode::request_timed_out, "no audio came for too long; send silence to keep the stream open"});
    platform.executor.at(due, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->watch_idleness();
    });
}

void LiveStream::take(const runtime::WebSocketMessage& message, std::function<void()> next) {
    {
        const std::lock_guard lock(mutex_);
        taking_ = true;
    }
    try {
        if (message.is_text) return take_text(message.bytes, std::move(next));
        take_audio(message.bytes, std::move(next));
    } catch (...) {
        // The connection is closed for it, and its end must not wait for a message that nobody has in hand.
        const std::lock_guard lock(mutex_);
        taking_ = false;
        throw;
    }
}

void LiveStream::take_text(const std::string& text, Next next) {
    const auto request = parse_live_request(text);
    if (!request) return took(std::unexpected(request.error()), std::move(next));
    const auto* wish = std::get_if<LiveStart>(&*request);
    if (wish != nullptr && wish->keep) return keep([this, wish = *wish] { return start(wish); }, std::move(next));
    if (wish != nullptr) return took(start(*wish), std::move(next));
    if (recording_) return finish_recording(std::move(next));
    took(finish(), std::move(next));
}

void LiveStream::take_audio(const std::string& bytes, Next next) {
    auto heard = hear_later(bytes);
    if (!heard || !recording_) return took(heard, std::move(next));
    recording_->hold(bytes);
    if (!recording_->is_due()) return took({}, std::move(next));
    keep([this] { return recording_->pass_on(); }, std::move(next));
}

// On the keeping threads, for it waits for the upload service.
void LiveStream::keep(std::function<Result<void>()> step, Next next) {
    surroundings_.post_keeping([self = shared_from_this(), step = std::move(step), next = std::move(next)] {
        self->took(attempted(step), next);
    });
}

// The message in hand has had its effect.
void LiveStream::took(const Result<void>& taken, Next next) {
    if (!taken) fail(taken.error());
    std::function<void()> left;
    {
        const std::lock_guard lock(mutex_);
        taking_ = false;
        last_message_ = surroundings_.tools->platform.clock.now();
        left.swap(left_);
        if (waiting_bytes_ > most_waiting_bytes_) {
            held_ = std::move(next);
        } else {
            next();
        }
    }
    if (left) end_recording(std::move(left));
}

Result<void> LiveStream::start(const LiveStart& wish) {
    if (ear_) return base::fail(ErrorCode::conflict, "the stream has been started already");
    const Tools& tools = *surroundings_.tools;
    const auto principal = flow::principal_of(surroundings_.context);
    if (!principal) return std::unexpected(principal.error());
    const auto loaded = tools.models.find(wish.model);
    if (!loaded) return std::unexpected(loaded.error());
    Engine engine = loaded->engine;
    const auto language = speech::choose_language(wish.language, engine.recogniser->languages());
    if (!language) return std::unexpected(language.error());
    auto resampler = speech::Resampler::create(wish.sample_rate_hz);
    if (!resampler) return std::unexpected(resampler.error());
    auto listener = stream_listener(tools, principal->tenant_id, wish.vocabulary, engine.recogniser);
    if (!listener) return std::unexpected(listener.error());
    engine.recogniser = *std::move(listener);
    if (auto begun = begin_recording(wish, *language); !begun) return begun;
    const std::string model = wish.model.empty() ? tools.models.served().front().name : wish.model;
    outbox_->send(started_message(model, language->tag,
                                  speech::engine_fingerprint(*engine.recogniser, *engine.voice_activity), session_id_));
    partials_ = wish.partials;
    most_waiting_bytes_ =
        most_waiting_seconds * static_cast<std::size_t>(wish.sample_rate_hz) * speech::bytes_a_sample(wish.encoding);
    ear_ = std::make_unique<Ear>(std::move(engine), wish, *std::move(resampler), tools.platform.clock);
    return {};
}

// Before anything is told, so that a stream whose audio cannot be kept does not begin.
Result<void> LiveStream::begin_recording(const LiveStart& wish, const speech::ChosenLanguage& language) {
    if (!wish.keep) return {};
    base::JsonObject about = wish.about_session;
    // What an engine finds out by itself has no name yet.
    if (!wish.language.empty() || !language.engine_tag.empty()) about.push_back({"language", language.tag});
    if (!wish.model.empty()) about.push_back({"model", wish.model});
    if (wish.vocabulary) {
        base::JsonArray phrases(wish.vocabulary->begin(), wish.vocabulary->end());
        about.push_back({"vocabulary", std::move(phrases)});
    }
    auto recording = Recording::begin(surroundings_.tools->platform, surroundings_.context, about,
                                      {wish.sample_rate_hz, wish.encoding});
    if (!recording) return std::unexpected(recording.error());
    recording_ = *std::move(recording);
    session_id_ = recording_->session_id();
    return {};
}

Result<void> LiveStream::hear_later(std::string bytes) {
    if (!ear_) return base::fail(ErrorCode::conflict, "the first message must be of the type start");
    const std::lock_guard lock(mutex_);
    if (finishing_) return base::fail(ErrorCode::conflict, "no audio may follow the message of the type finish");
    waiting_bytes_ += bytes.size();
    waiting_.push_back({std::move(bytes), surroundings_.tools->platform.clock.now()});
    want_turn();
    return {};
}

Result<void> LiveStream::finish() {
    if (!ear_) return base::fail(ErrorCode::conflict, "the first message must be of the type start");
    const std::lock_guard lock(mutex_);
    if (finishing_) return base::fail(ErrorCode::conflict, "the stream has been finished already");
    finishing_ = true;
    want_turn();
    return {};
}

void LiveStream::finish_recording(Next next) {
    keep_all([self = shared_from_this(), next = std::move(next)](const Result<void>& kept) {
        self->kept_ = kept;
        self->tell_unkept(kept);  // the client may be gone by now
        self->took(self->finish(), next);
    });
}

// One turn at a time, so that the texts come in order. With the mutex held.
void LiveStream::want_turn() {
    if (has_turn_ || stopped_) return;
    surroundings_.post_turn([self = shared_from_this()] { self->turn(); });
    has_turn_ = true;
}

void LiveStream::turn() {
    std::deque<Block> blocks;
    std::function<void()> held;
    bool last = false;
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        blocks = take_waiting();
        if (waiting_bytes_ <= most_waiting_bytes_) held.swap(held_);
        last = finishing_ && waiting_.empty();
    }
    if (held) held();
    if (!blocks.empty()) tell_lag(blocks.front().arrived);
    auto done = hear(blocks);
    if (done) done = last ? end() : tell_partial();
    if (!done) return fail(done.error());
    const std::lock_guard lock(mutex_);
    has_turn_ = false;
    if (!last && (!waiting_.empty() || finishing_)) want_turn();
}

// So much that the other streams' turns come soon, and that the client is not held up for long. With the mutex held.
std::deque<LiveStream::Block> LiveStream::take_waiting() {
    std::deque<Block> blocks;
    std::size_t taken_bytes = 0;
    while (!waiting_.empty() && taken_bytes * most_waiting_seconds <= most_waiting_bytes_ * turn_seconds) {
        taken_bytes += waiting_.front().bytes.size();
        blocks.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    waiting_bytes_ -= taken_bytes;
    return blocks;
}

Result<void> LiveStream::hear(const std::deque<Block>& blocks) {
    for (const Block& block : blocks) {
        const auto samples = ear_->resampler.push(ear_->samples.push(std::as_bytes(std::span(block.bytes))));
        ear_->heard_samples += std::ssize(samples);
        const auto finals = ear_->live.push(samples, block.arrived);
        if (!finals) return std::unexpected(finals.error());
        tell(*finals);
    }
    return {};
}

Result<void> LiveStream::end() {
    const auto rest = ear_->resampler.finish();
    ear_->heard_samples += std::ssize(rest);
    for (const auto& finals : {ear_->live.push(rest, surroundings_.tools->platform.clock.now()), ear_->live.finish()}) {
        if (!finals) return std::unexpected(finals.error());
        tell(*finals);
    }
    if (ear_->samples.inside_sample())
        return base::fail(ErrorCode::invalid_argument, "the audio ends inside a sample; all before it has been told");
    surroundings_.tools->measures.live_ended(ear_->live.delay());
    if (!kept_) return kept_;
    outbox_->send(
        done_message(ear_->segments, model::seconds_of_samples(ear_->heard_samples), ear_->live.delay(), session_id_));
    outbox_->close(runtime::CloseCode::normal, "");
    return {};
}

// Only when no audio waits, so that a stream which is behind catches up; and not to a client that does not read.
Result<void> LiveStream::tell_partial() {
    {
        const std::lock_guard lock(mutex_);
        if (!waiting_.empty() || finishing_ || stopped_) return {};
    }
    if (!partials_ || outbox_->waiting_bytes() > unread_without_partials_bytes) return {};
    const auto partial = ear_->live.partial();
    if (!partial) return std::unexpected(partial.error());
    if (*partial) outbox_->send(partial_message(ear_->segments, **partial));
    return {};
}

void LiveStream::tell(const std::vector<speech::LiveFinal>& finals) {
    for (const speech::LiveFinal& final : finals)
        outbox_->send(final_message(ear_->segments++, final, ear_->live.delay()));
}

void LiveStream::tell_lag(Instant oldest) {
    const double seconds = duration<double>(surroundings_.tools->platform.clock.now() - oldest).count();
    const bool lags = seconds >= (ear_->lags ? lag_ends_seconds : lag_begins_seconds);
    if (lags != ear_->lags) outbox_->send(lag_message(seconds));
    ear_->lags = lags;
}

void LiveStream::fail(const base::Error& error) {
    const runtime::Context& context = surroundings_.context;
    outbox_->send(error_message(error, context.correlation_id));
    outbox_->close(runtime::close_code_of(error.code), std::string(base::code_name(error.code)));
    if (base::describe(error.code).http_status >= 500)
        surroundings_.tools->platform.log.write(
            runtime::LogLevel::error, "live_failed", &context,
            {{"code", base::code_name(error.code)}, {"fault", std::string_view(error.message)}});
    stop();
}

void LiveStream::leave(std::function<void()> done) {
    stop();
    {
        const std::lock_guard lock(mutex_);
        if (taking_) {
            left_ = std::move(done);
            return;
        }
    }
    end_recording(std::move(done));
}

void LiveStream::end_recording(std::function<void()> done) {
    if (!recording_) return done();
    keep_all([self = shared_from_this(), done = std::move(done)](const Result<void>& kept) {
        self->tell_unkept(kept);
        done();
    });
}

void LiveStream::keep_all(const Recording::Done& done) {
    std::exchange(recording_, nullptr)->finish(surroundings_.post_keeping, done);
}

void LiveStream::tell_unkept(const Result<void>& kept) const {
    if (kept) return;
    surroundings_.tools->platform.log.write(runtime::LogLevel::warning, "live_not_kept", &surroundings_.context,
                                            {{"session_id", std::string_view(session_id_)},
                                             {"code", base::code_name(kept.error().code)},
                                             {"fault", std::string_view(kept.error().message)}});
}

void LiveStream::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waiting_.clear();
    waiting_bytes_ = 0;
    held_ = nullptr;
}

}  // namespace transcription
