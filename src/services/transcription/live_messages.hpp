// The text messages of a live stream (docs/api.md, "Live transcription"): what clients may say, and what they are told.
// Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "speech/live_samples.hpp"
#include "speech/live_transcription.hpp"

namespace transcription {

/// How the audio comes that follows, and what is to be made of it.
struct LiveStart {
    std::int64_t sample_rate_hz = 0;
    speech::SampleEncoding encoding = speech::SampleEncoding::pcm_s16le;
    std::string language;  // empty: the model's
    std::string model;     // empty: the default one
    bool partials = true;
    std::optional<std::vector<std::string>> vocabulary = {};  // absent: the tenant's
    bool keep = false;                                        // the audio becomes a session
    base::JsonObject about_session = {};                      // "title", "speakers", as they were sent, for that one
};
/// There is no more audio: tell what is left and close.
struct LiveFinish {};
using LiveRequest = std::variant<LiveStart, LiveFinish>;

/// Errors: json_malformed, unknown_field, invalid_argument.
base::Result<LiveRequest> parse_live_request(std::string_view text);

/// `segment` counts the finals from 0; partials carry the number that their final will have.
/// `session_id`, here and below: of the session that keeps the audio; empty for none.
std::string started_message(const std::string& model, const std::string& language, const std::string& engine,
                            const std::string& session_id);
std::string partial_message(std::int64_t segment, const speech::LivePartial& partial);
std::string final_message(std::int64_t segment, const speech::LiveFinal& final, const speech::LiveDelay& delay);
/// Audio waits so long for the engine before it is heard.
std::string lag_message(double seconds);
std::string done_message(std::int64_t segments, double duration_seconds, const speech::LiveDelay& delay,
                         const std::string& session_id);
/// With the problem document that an HTTP request would get.
std::string error_message(const base::Error& error, std::string_view correlation_id);

}  // namespace transcription
