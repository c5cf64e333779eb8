// The chosen track's codec: packets in, frames out, single-threaded; the adapter over FFmpeg's libavcodec. One thread.
#pragma once
#include <functional>
#include <memory>

#include "base/error.hpp"

struct AVCodecContext;
struct AVCodecParserContext;
struct AVFrame;
struct AVPacket;
struct AVStream;

namespace decode {

class TrackDecoder {
  public:
    using Consume = std::function<base::Result<void>(const AVFrame&)>;

    /// Errors: media_corrupt (the codec's own header is broken), decoder_out_of_memory.
    static base::Result<TrackDecoder> open(const AVStream& stream);

    /// Decodes one packet (null: what the codec still holds) and hands every frame to `consume`, whose error is passed
    /// on. False when the packet, or a part of it, could not be decoded. Errors: decoder_out_of_memory.
    base::Result<bool> decode(const AVPacket* packet, const Consume& consume);

  private:
    struct Free {
        void operator()(AVCodecContext* context) const;
        void operator()(AVCodecParserContext* splitter) const;
        void operator()(AVFrame* frame) const;
    };
    base::Result<bool> decode_split(const AVPacket& packet, const Consume& consume);
    base::Result<bool> decode_whole(const AVPacket* packet, const Consume& consume);
    base::Result<bool> receive(const Consume& consume);

    std::unique_ptr<AVCodecContext, Free> context_;
    std::unique_ptr<AVCodecParserContext, Free>
        splitter_;  // for codecs whose packets hold several frames that FFmpeg overlooks
    std::unique_ptr<AVFrame, Free> frame_;
};

}  // namespace decode
