// Runs and segments: decode, voice activity, plan, recognition by any instance, assembly.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "flow/service.hpp"
#include "media/decoder.hpp"
#include "speech/recogniser.hpp"
#include "speech/speaker_model.hpp"
#include "speech/voice_activity.hpp"

namespace transcription {

/// What recognises by one model; immutable, any thread.
struct Engine {
    std::shared_ptr<const speech::Recogniser> recogniser;
    std::shared_ptr<const speech::VoiceActivityModel> voice_activity;
    std::shared_ptr<const speech::SpeakerModel> speaker_model = {};  // absent: speakers cannot be told apart here
};

/// The engines of this machine, as ports, so that simulation can stand in for them.
struct Engines {
    /// Opens media for decoding; any thread.
    std::shared_ptr<media::Decoder> decoder;
    /// Loads the model of this name (as `models list` tells them) or gives the one loaded before; any thread. Errors:
    /// model_not_found, model_broken.
    std::function<base::Result<Engine>(const std::string& model)> load;
    std::function<std::vector<std::string>()> model_names;
};
using MakeEngines = std::function<base::Result<Engines>(const flow::Platform&)>;

/// A live stream that is kept goes on with its upload at least so often while it lives: once in live_idle_time and a
/// minute, or in twice that time where it is shorter.
std::chrono::milliseconds longest_recording_gap(const runtime::Config& config);

/// The row of the role table.
flow::Service service(MakeEngines make_engines);

}  // namespace transcription
