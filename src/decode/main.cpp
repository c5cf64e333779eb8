// video-transcriber-decode: media on descriptor 3 to frames of media/wire.hpp on standard output, in a sandbox.
// Started by video-transcriber; not for people.
#include <algorithm>
#include <cstdio>
#include <new>

#include <unistd.h>

#include "decode/decode_file.hpp"
#include "decode/sandbox.hpp"
#include "decode/wire_sink.hpp"

extern "C" {
#include <libavutil/log.h>
}

namespace {

constexpr int media_descriptor = 3;

base::Result<void> decode_in_sandbox(const media::DecodeLimits& limits, decode::WireSink& sink) {
    auto input = decode::FileInput::open(media_descriptor);
    if (!input) return std::unexpected(input.error());
    if (auto locked = decode::enter_sandbox(limits, {.input = media_descriptor, .output = STDOUT_FILENO}); !locked) {
        return locked;
    }
    try {
        return decode::decode_file(**input, limits, sink);
    } catch (const std::bad_alloc&) {
        return base::fail(base::ErrorCode::decoder_out_of_memory,
                          "the media needs more memory to decode than the limits allow; convert it first");
    }
}

}  // namespace

int main(int count, char** arguments) {
    const auto limits =
        media::parse_arguments(std::span(arguments + 1, static_cast<std::size_t>(std::max(count - 1, 0))));
    if (!limits) {
        std::fprintf(stderr, "%s: %s\n", arguments[0], limits.error().message.c_str());
        return 2;
    }
    av_log_set_level(AV_LOG_QUIET);
    decode::WireSink sink(STDOUT_FILENO);
    if (auto done = decode_in_sandbox(*limits, sink); !done) sink.failure(done.error());
    _exit(0);  // the libraries' own clean-up is not worth its time, nor allowed all it would do
}
