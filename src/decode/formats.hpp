// What FFmpeg may be used for: containers and codecs that hold sound by themselves. Everything else that Debian's build
// can do (playlists, devices, images, subtitles, raw formats that match anything, wrappers around other libraries) is
// left out.
#pragma once
#include <string>
#include <string_view>

struct AVCodec;

namespace decode {

/// Whether a container, by FFmpeg's name such as "matroska,webm", may be opened.
bool container_allowed(std::string_view name);

/// Whether a name stands for a kind of playlist or reference that is refused rather than unknown.
bool container_refused(std::string_view name);

/// FFmpeg's own decoder of a codec (an AVCodecID); null when there is none, or only a wrapper around another library.
const AVCodec* audio_decoder(int codec_id);

/// All of those, as AVFormatContext::codec_whitelist takes them: the probe must not start a video decoder.
const std::string& audio_decoder_names();

}  // namespace decode
