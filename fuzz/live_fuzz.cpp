// What a live stream's client sends: its text messages, and bytes as audio in every encoding, cut anywhere. What is
// taken is within the limits; every sample is a number between -1 and 1, and the same however the bytes were cut; a
// proxy finds the same frame boundaries however the bytes come.
#include <cmath>
#include <vector>

#include "fuzz/fuzzing.hpp"
#include "runtime/web_socket_frames.hpp"
#include "services/transcription/live_messages.hpp"
#include "speech/live_samples.hpp"

namespace {

using fuzz::check;

void request(std::string_view text) {
    const auto parsed = transcription::parse_live_request(text);
    if (!parsed) return check(!parsed.error().message.empty());
    const auto* start = std::get_if<transcription::LiveStart>(&*parsed);
    if (start == nullptr) return;
    check(start->sample_rate_hz >= 8000 && start->sample_rate_hz <= 48000);
    check(start->keep || start->about_session.empty());
}

void samples(std::span<const std::byte> bytes, std::size_t cut) {
    for (const auto encoding :
         {speech::SampleEncoding::pcm_s16le, speech::SampleEncoding::pcm_f32le, speech::SampleEncoding::mulaw}) {
        speech::LiveSamples whole(encoding);
        const std::vector<float> expected = whole.push(bytes);
        speech::LiveSamples parts(encoding);
        std::vector<float> got = parts.push(bytes.first(cut));
        const std::vector<float> rest = parts.push(bytes.subspan(cut));
        got.insert(got.end(), rest.begin(), rest.end());
        check(got == expected && whole.inside_sample() == parts.inside_sample());
        for (const float sample : got)
            check(std::abs(sample) <= 1);
    }
}

void frames(std::string_view bytes, std::size_t cut) {
    runtime::FrameBoundaries whole;
    whole.pass(bytes);
    runtime::FrameBoundaries parts;
    parts.pass(bytes.substr(0, cut));
    parts.pass(bytes.substr(cut));
    check(whole.between_frames() == parts.between_frames() && whole.closed() == parts.closed());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    const std::size_t cut = size == 0 ? 0 : data[0] % (size + 1);
    request(text);
    samples(std::as_bytes(std::span(data, size)), cut);
    frames(text, cut);
    return 0;
}
