// The beginning of a WAV stream (RIFF) of one channel, as recorders write it to a pipe: how the samples come and where
// they begin. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "speech/live_samples.hpp"

namespace speech {

struct WavHeader {
    std::int64_t sample_rate_hz = 0;
    SampleEncoding encoding = SampleEncoding::pcm_s16le;
    std::size_t size_bytes = 0;               // then the samples begin
    std::optional<std::uint64_t> data_bytes;  // of the samples; absent where the writer did not know the end
};

/// Whether a stream that begins so can be WAV; true while too little is there to say no.
bool may_be_wav(std::string_view begin);

/// Absent while more of the beginning is needed. Errors: media_refused (another encoding, more than one channel),
/// media_corrupt.
base::Result<std::optional<WavHeader>> read_wav_header(std::string_view begin);

/// The header of samples whose number is not known yet: its sizes say so, as those of recorders do.
std::string open_wav_header(std::int64_t sample_rate_hz, SampleEncoding encoding);

}  // namespace speech
