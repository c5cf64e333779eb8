#include "decode/formats.hpp"

#include <algorithm>
#include <array>

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace decode {
namespace {

constexpr std::array<std::string_view, 44> containers{"mov,mp4,m4a,3gp,3g2,mj2",
                                                      "matroska,webm",
                                                      "avi",
                                                      "mpegts",
                                                      "mpeg",
                                                      "mp3",
                                                      "aac",
                                                      "loas",
                                                      "flac",
                                                      "ogg",
                                                      "wav",
                                                      "w64",
                                                      "aiff",
                                                      "au",
                                                      "caf",
                                                      "amr",
                                                      "asf",
                                                      "asf_o",
                                                      "xwma",
                                                      "flv",
                                                      "ac3",
                                                      "eac3",
                                                      "dts",
                                                      "dtshd",
                                                      "truehd",
                                                      "mlp",
                                                      "tta",
                                                      "wv",
                                                      "ape",
                                                      "mpc",
                                                      "mpc8",
                                                      "tak",
                                                      "dsf",
                                                      "voc",
                                                      "rm",
                                                      "mxf",
                                                      "gxf",
                                                      "nut",
                                                      "nistsphere",
                                                      "ircam",
                                                      "sox",
                                                      "ogv",
                                                      "dv",
                                                      "wtv"};

constexpr std::array<std::string_view, 8> refused{"hls", "hls,applehttp", "dash", "concat",
                                                  "sdp", "rtsp",          "imf",  "webm_dash_manifest"};

bool own_audio_decoder(const AVCodec* codec) {
    return codec->type == AVMEDIA_TYPE_AUDIO && av_codec_is_decoder(codec) != 0 && codec->wrapper_name == nullptr &&
           (codec->capabilities & (AV_CODEC_CAP_EXPERIMENTAL | AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID)) == 0 &&
           !std::string_view(codec->name).starts_with("lib");
}

template <class Visit>
void for_each_audio_decoder(Visit visit) {
    void* position = nullptr;
    while (const AVCodec* codec = av_codec_iterate(&position)) {
        if (own_audio_decoder(codec)) visit(codec);
    }
}

std::string join_names() {
    std::string names;
    for_each_audio_decoder(
        [&](const AVCodec* codec) { names += (names.empty() ? "" : ",") + std::string(codec->name); });
    return names;
}

}  // namespace

bool container_allowed(std::string_view name) {
    return std::ranges::find(containers, name) != containers.end();
}

bool container_refused(std::string_view name) {
    return std::ranges::find(refused, name) != refused.end();
}

const AVCodec* audio_decoder(int codec_id) {
    const AVCodec* found = nullptr;
    for_each_audio_decoder([&](const AVCodec* codec) {
        if (found == nullptr && codec->id == codec_id) found = codec;
    });
    return found;
}

const std::string& audio_decoder_names() {
    static const std::string names = join_names();
    return names;
}

}  // namespace decode
