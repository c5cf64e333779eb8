// The real decoder: runs `video-transcriber-decode` in its sandbox, one process a file, and reads its samples.
//
// Whatever the process does, every ending is one clear error: not there (decoder_missing), killed by its own sandbox
// (decoder_forbidden), out of CPU time or stalled (decoder_out_of_time), out of memory (decoder_out_of_memory), dead in
// any other way or talking nonsense (decoder_crashed), stopped by us (cancelled). A source ends its process when it is
// destroyed. The thread that opens a source must outlive it: the kernel ends the process with the thread.
#pragma once
#include <atomic>
#include <chrono>
#include <filesystem>

#include "media/decode_limits.hpp"
#include "media/decoder.hpp"

namespace media {

struct SandboxedDecoderOptions {
    std::filesystem::path helper;  // the executable
    DecodeLimits limits = {};
    std::chrono::milliseconds stall_timeout{60'000};  // how long it may be silent while we wait for it
    const std::atomic<bool>* stop = nullptr;          // may be null; looked at several times a second
};

class SandboxedDecoder final : public Decoder {
  public:
    explicit SandboxedDecoder(SandboxedDecoderOptions options) : options_(std::move(options)) {}
    [[nodiscard]] base::Result<std::unique_ptr<PcmSource>> open(const runtime::Descriptor& file,
                                                                Channels channels) override;

  private:
    SandboxedDecoderOptions options_;
};

}  // namespace media
