// Where decoded sound goes: frames of media/wire.hpp, written to a descriptor. A parent that has gone away ends the
// process. One thread.
#pragma once
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "media/decoder.hpp"
#include "media/wire.hpp"
#include "model/media_info.hpp"

namespace decode {

class WireSink {
  public:
    explicit WireSink(int descriptor) : descriptor_(descriptor) {}
    void info(const model::MediaInfo& info);
    void layout(int channels);                    // of all samples that follow; one when it is not called
    void samples(std::span<const float> values);  // any number of moments, 16 kHz, interleaved
    void silence(std::int64_t samples);           // at least 1
    void damage(const media::Damage& damage);
    void end(std::int64_t samples);
    void failure(const base::Error& error);

  private:
    void flush();
    int descriptor_;
    std::size_t channels_ = 1;
    media::WireWriter writer_;
};

}  // namespace decode
