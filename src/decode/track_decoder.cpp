#include "decode/track_decoder.hpp"

#include <algorithm>
#include <cstddef>

#include "decode/formats.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace decode {
namespace {

using base::ErrorCode;

constexpr int max_faults = 100;  // of one packet

std::unexpected<base::Error> out_of_memory() {
    return base::fail(ErrorCode::decoder_out_of_memory,
                      "the audio needs more memory to decode than the limits allow; convert it first");
}

}  // namespace

void TrackDecoder::Free::operator()(AVCodecContext* context) const {
    avcodec_free_context(&context);
}

void TrackDecoder::Free::operator()(AVCodecParserContext* splitter) const {
    av_parser_close(splitter);
}

void TrackDecoder::Free::operator()(AVFrame* frame) const {
    av_frame_free(&frame);
}

base::Result<TrackDecoder> TrackDecoder::open(const AVStream& stream) {
    const AVCodec* codec = audio_decoder(stream.codecpar->codec_id);
    TrackDecoder decoder;
    decoder.context_.reset(avcodec_alloc_context3(codec));
    decoder.frame_.reset(av_frame_alloc());
    if (decoder.context_ == nullptr || decoder.frame_ == nullptr) return out_of_memory();
    if (avcodec_parameters_to_context(decoder.context_.get(), stream.codecpar) < 0) return out_of_memory();
    decoder.context_->pkt_timebase = stream.time_base;
    decoder.context_->thread_count = 1;
    const int fault = avcodec_open2(decoder.context_.get(), codec, nullptr);
    if (fault == AVERROR(ENOMEM)) return out_of_memory();
    if (fault < 0) {
        return base::fail(ErrorCode::media_corrupt,
                          "the audio track's " + std::string(codec->name) +
                              " header is broken, so that it cannot be decoded; export it again");
    }
    // Telephones put several of these into one sample of a 3GP file; FFmpeg's decoders would only take the first.
    const bool amr = codec->id == AV_CODEC_ID_AMR_NB || codec->id == AV_CODEC_ID_AMR_WB;
    if (amr) decoder.splitter_.reset(av_parser_init(codec->id));
    return decoder;
}

base::Result<bool> TrackDecoder::decode(const AVPacket* packet, const Consume& consume) {
    const bool split = splitter_ != nullptr && packet != nullptr;
    return split ? decode_split(*packet, consume) : decode_whole(packet, consume);
}

base::Result<bool> TrackDecoder::decode_split(const AVPacket& packet, const Consume& consume) {
    bool clean = true;
    AVPacket part = packet;  // a view: only data, size and time are changed, and it owns nothing
    part.buf = nullptr;
    std::span<const std::uint8_t> rest(packet.data, static_cast<std::size_t>(packet.size));
    while (!rest.empty()) {
        const int used = av_parser_parse2(splitter_.get(), context_.get(), &part.data, &part.size, rest.data(),
                                          static_cast<int>(rest.size()), packet.pts, packet.dts, packet.pos);
        if (used <= 0 && part.size <= 0) return false;
        rest = rest.subspan(static_cast<std::size_t>(std::max(used, 0)));
        if (part.size <= 0) continue;
        const auto decoded = decode_whole(&part, consume);
        if (!decoded) return decoded;
        clean = clean && *decoded;
        part.pts = AV_NOPTS_VALUE;
    }
    return clean;
}

base::Result<bool> TrackDecoder::decode_whole(const AVPacket* packet, const Consume& consume) {
    const int fault = avcodec_send_packet(context_.get(), packet);
    if (fault == AVERROR(ENOMEM)) return out_of_memory();
    auto received = receive(consume);
    if (!received) return received;
    return *received && (fault == 0 || fault == AVERROR_EOF);
}

base::Result<bool> TrackDecoder::receive(const Consume& consume) {
    bool clean = true;
    for (int faults = 0; faults < max_faults;) {
        const int fault = avcodec_receive_frame(context_.get(), frame_.get());
        if (fault == AVERROR(EAGAIN) || fault == AVERROR_EOF) return clean;
        if (fault == AVERROR(ENOMEM)) return out_of_memory();
        if (fault < 0) {
            clean = false;
            ++faults;
            continue;
        }
        if (auto consumed = consume(*frame_); !consumed) return std::unexpected(consumed.error());
    }
    return clean;
}

}  // namespace decode
