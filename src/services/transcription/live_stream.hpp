// One live stream: a client's messages in, partial and final texts out. Messages are taken on the request workers; the
// engine works in turns on the live threads (live.hpp), a turn for two seconds of what audio has come meanwhile; what
// waits for the upload service does so on the keeping threads. Bounded: ten seconds of audio wait at most, then the
// client is held up; so it is while its audio is passed on.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "runtime/http.hpp"
#include "runtime/web_socket.hpp"
#include "services/transcription/live_messages.hpp"
#include "services/transcription/recording.hpp"
#include "services/transcription/tools.hpp"
#include "speech/language.hpp"
#include "speech/resampler.hpp"

namespace transcription {

struct LiveSurroundings {
    SharedTools tools;
    std::function<void(std::function<void()>)> post_turn;     // onto the live threads
    std::function<void(std::function<void()>)> post_keeping;  // onto the keeping threads
    std::chrono::milliseconds idle_time;                      // without a message from the client
    std::shared_ptr<void> slot;                               // given back when the stream is gone
    runtime::Context context;                                 // of the request that opened it
};

class LiveStream final : public std::enable_shared_from_this<LiveStream> {
  public:
    LiveStream(LiveSurroundings surroundings, std::shared_ptr<runtime::WebSocketOutbox> outbox);
    /// Once, at the beginning: gives up a client that says nothing.
    void watch_idleness();
    /// One at a time; as WebSocketHandler::on_message.
    void take(const runtime::WebSocketMessage& message, std::function<void()> next);
    /// The client is gone, after its last message: what it sent is kept, where that was asked for, before `done` is
    /// called, from any thread.
    void leave(std::function<void()> done);

  private:
    using Next = std::function<void()>;
    using Instant = std::chrono::steady_clock::time_point;
    struct Block {
        std::string bytes;
        Instant arrived;
    };
    // What hears the audio; of the turns only.
    struct Ear {
        Ear(Engine own_engine, const LiveStart& start, speech::Resampler own_resampler, const base::Clock& clock);
        Engine engine;
        speech::LiveSamples samples;
        speech::Resampler resampler;
        speech::LiveTranscription live;
        std::int64_t segments = 0;
        std::int64_t heard_samples = 0;
        bool lags = false;
    };

    void take_text(const std::string& text, Next next);
    void take_audio(const std::string& bytes, Next next);
    void took(const base::Result<void>& taken, Next next);
    void keep(std::function<base::Result<void>()> step, Next next);
    base::Result<void> start(const LiveStart& wish);
    base::Result<void> begin_recording(const LiveStart& wish, const speech::ChosenLanguage& language);
    base::Result<void> hear_later(std::string bytes);
    base::Result<void> finish();
    void finish_recording(Next next);
    void end_recording(std::function<void()> done);
    void keep_all(const Recording::Done& done);
    void tell_unkept(const base::Result<void>& kept) const;
    void want_turn();
    void turn();
    std::deque<Block> take_waiting();
    base::Result<void> hear(const std::deque<Block>& blocks);
    base::Result<void> end();
    base::Result<void> tell_partial();
    void tell(const std::vector<speech::LiveFinal>& finals);
    void tell_lag(Instant oldest);
    void fail(const base::Error& error);
    void stop();

    const LiveSurroundings surroundings_;
    const std::shared_ptr<runtime::WebSocketOutbox> outbox_;
    std::unique_ptr<Ear> ear_;
    std::size_t most_waiting_bytes_ = 0;
    bool partials_ = true;
    std::string session_id_;                // that keeps the audio; empty for none
    std::shared_ptr<Recording> recording_;  // of the messages only, until all of it is kept
    base::Result<void> kept_;               // how that went; of the turns once there is no more audio

    std::mutex mutex_;  // of what follows
    Instant last_message_;
    std::deque<Block> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::function<void()> held_;  // the client's next message, while too much waits
    std::function<void()> left_;  // what leave() was given, while a message is in hand
    bool taking_ = false;         // a message is in hand
    bool finishing_ = false;
    bool has_turn_ = false;
    bool stopped_ = false;
};

}  // namespace transcription
