// From samples to a transcript: voice activity, plan, recognition of segments in parallel, guards, stitching.
// Bounded memory: what is held is the segment being heard and the segments in flight, whatever the length of the media.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/error.hpp"
#include "media/decoder.hpp"
#include "model/transcript.hpp"
#include "runtime/ordered_pool.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"
#include "speech/speaker_model.hpp"
#include "speech/voice_activity.hpp"

namespace speech {

struct TranscribeOptions {
    std::size_t batches_in_flight = 4;  // bound on memory: of a few segments each, being recognised or waiting
    std::string language = "en";        // BCP 47; checked by the caller against the recogniser's languages
    bool channels_apart = false;        // each channel of the source is transcribed on its own; without speakers
    const SpeakerModel* speaker_model = nullptr;  // set: speakers are told apart
    std::optional<std::size_t> speakers = {};     // how many there are, when it is known
    /// When set, grows by the CPU time (runtime::thread_cpu_time) of the engine's own calls: voice activity a block,
    /// recogniser, speaker model.
    std::atomic<std::int64_t>* engine_cpu_ns = nullptr;
};

struct Progress {
    double heard_seconds = 0;       // of audio decoded so far
    double recognised_seconds = 0;  // of audio whose words are final
};

/// Told on the caller's thread, after each segment and at least once a few seconds of audio.
using ProgressListener = std::function<void(const Progress&)>;

/// Reads `source` to its end and gives the transcript. Decoding, voice activity and the plan run on the caller's
/// thread, recognition on `threads`, which several transcriptions may share; the result does not depend on their
/// number. Nothing of it runs any more once it returns. Media without speech gives an empty transcript. Errors: those
/// of the source and of the recogniser; cancelled once `stop` is true (looked at between blocks).
base::Result<model::Transcript> transcribe(media::PcmSource& source, const VoiceActivityModel& voice_activity,
                                           const Recogniser& recogniser, runtime::Threads& threads,
                                           const TranscribeOptions& options, const ProgressListener& progress,
                                           const std::atomic<bool>& stop);

}  // namespace speech
