// The audio of a live stream on its way into a session of its own: an upload of the upload service, made by
// POST /internal/recordings and filled by tus. A piece goes for each half minute of sound, megabyte, or minute that
// passes; when this process dies, the upload ends with the last of them. Calls wait for that service, ten seconds
// each at most: a piece takes one, or three when an answer was lost; the end as many such as begin in half a minute,
// and no thread waits in the pauses between them. Bounded: what cannot be passed on for now is held up to 4 MiB. One
// thread at a time.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "flow/service.hpp"
#include "runtime/http.hpp"
#include "speech/live_samples.hpp"

namespace transcription {

class Recording : public std::enable_shared_from_this<Recording> {
  public:
    struct Sound {
        std::int64_t sample_rate_hz = 0;
        speech::SampleEncoding encoding = speech::SampleEncoding::pcm_s16le;
    };
    /// `context`: of who opened the stream, whose session it will be. `description`: of that session, as
    /// POST /v1/sessions takes it. Errors: those of the upload and the session service, of the store and the blobs.
    static base::Result<std::shared_ptr<Recording>> begin(const flow::Platform& platform,
                                                          const runtime::Context& context,
                                                          const base::Json& description, const Sound& sound);
    [[nodiscard]] const std::string& session_id() const { return session_id_; }

    /// What comes is held until it is due.
    void hold(std::string_view bytes) { held_ += bytes; }
    [[nodiscard]] bool is_due() const;
    /// Passes on what is held. Errors: those of the upload service, such as disk_full, upload_gone or not_found (the
    /// session was cancelled or deleted); those that may pass only when nothing more can be held.
    base::Result<void> pass_on();
    using Post = std::function<void(std::function<void()>)>;
    using Done = std::function<void(const base::Result<void>&)>;
    /// There are no more: what came is the session's video. Tries on the threads of `post`, with pauses, for half a
    /// minute from now on. The fault that is told at last is as pass_on()'s; what was passed on before becomes the
    /// session's video all the same, later, unless the upload is gone.
    void finish(const Post& post, const Done& done);

  private:
    Recording(const flow::Platform& platform, runtime::Context context, const Sound& sound);
    base::Result<runtime::ClientResponse> ask(runtime::Request request) const;
    void try_to_finish(const Post& post, const Done& done);
    base::Result<void> try_to_pass_on_all();
    base::Result<void> try_to_pass_on(bool last);
    base::Result<void> patch(bool last);
    base::Result<void> find_offset();

    const flow::Platform& platform_;
    const runtime::Context context_;
    const std::size_t sample_bytes_;
    const std::size_t piece_bytes_;
    const std::chrono::milliseconds longest_wait_;  // for a whole piece
    std::string session_id_;
    std::string target_;  // of the upload
    std::string held_;    // not passed on yet
    std::chrono::steady_clock::time_point tried_at_;
    std::chrono::steady_clock::time_point finish_by_;  // no try begins after it
    base::Result<void> finished_;                      // how the last try went
    bool failing_ = false;                             // the last try did
    std::int64_t last_failures_ = 0;                   // of finish()
    std::int64_t offset_ = 0;                          // so much was passed on
};

}  // namespace transcription
