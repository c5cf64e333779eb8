// An open media file: what is in it, which track is transcribed, and that track's packets. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "decode/file_input.hpp"
#include "model/media_info.hpp"

struct AVFormatContext;
struct AVPacket;
struct AVStream;

namespace decode {

struct Claim {
    double end_seconds;  // after the origin
    bool is_tracks_own;  // rather than of a container that has video as well
};

class Container {
  public:
    /// Probes the file and chooses its default audio track, else the first, among those that can be decoded. `input`
    /// must outlive it. Errors: media_refused, media_unrecognised, media_no_audio, media_corrupt, file_unreadable,
    /// decoder_out_of_memory.
    static base::Result<Container> open(FileInput& input);

    [[nodiscard]] const model::MediaInfo& info() const { return info_; }
    /// The chosen track.
    [[nodiscard]] const AVStream* track() const;
    /// What 0 is on the time stamps of the packets, in seconds.
    [[nodiscard]] double origin_seconds() const { return origin_seconds_; }
    /// Where the chosen track claims to end; where the whole container does, when the track says nothing. Never what
    /// the demuxer worked out from the bit rate or from time stamps.
    [[nodiscard]] std::optional<Claim> claim() const;
    /// Whether the file, read to its end, honestly has no sound: a recording that was stopped as it began.
    [[nodiscard]] bool is_only_a_header() const;
    /// Whether time stamps may start anew in the middle (broadcast streams).
    [[nodiscard]] bool may_jump() const;

    /// The next packet of the chosen track into `packet`; false at the end. A broken place is passed over where the
    /// demuxer finds its way again. Errors: file_unreadable, decoder_out_of_memory.
    base::Result<bool> read(AVPacket& packet);
    /// Whether the file ended in the middle of its data.
    [[nodiscard]] bool cut_short() const { return cut_short_; }

  private:
    struct Close {
        void operator()(AVFormatContext* context) const;
    };
    explicit Container(FileInput& input) : input_(&input) {}
    base::Result<void> open_input();
    base::Result<void> choose_track();
    void describe();
    /// Whether these are plain samples whose header does not say how many there are: what recorders write to a pipe.
    [[nodiscard]] bool is_open_ended() const;

    FileInput* input_;
    std::unique_ptr<AVFormatContext, Close> context_;
    model::MediaInfo info_;
    double origin_seconds_ = 0;
    std::int64_t packets_ = 0;
    bool cut_short_ = false;
};

}  // namespace decode
