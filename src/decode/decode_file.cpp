#include "decode/decode_file.hpp"

#include <algorithm>

#include "decode/container.hpp"
#include "decode/pipeline.hpp"
#include "decode/track_decoder.hpp"
#include "model/audio.hpp"

extern "C" {
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
}

namespace decode {
namespace {

constexpr int max_packet_bytes = 64 << 20;
constexpr double longest_broadcast_gap_seconds = 60;  // a longer one is a restart of the clock
constexpr double believable_slack_seconds = 10;

struct FreePacket {
    void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};

TimelinePolicy policy_for(const Container& container, const media::DecodeLimits& limits) {
    TimelinePolicy policy;
    if (container.may_jump()) {
        policy.longest_gap_seconds = longest_broadcast_gap_seconds;
    } else if (const auto claimed = container.info().duration_seconds) {
        policy.longest_gap_seconds = static_cast<double>(limits.max_seconds);
        policy.believable_end_seconds = *claimed + believable_slack_seconds;
    }
    return policy;
}

class FileDecoder {
  public:
    FileDecoder(Container& container, TrackDecoder& codec, Pipeline& pipeline)
        : container_(container), codec_(codec), pipeline_(pipeline) {}

    base::Result<void> run() {
        const std::unique_ptr<AVPacket, FreePacket> packet(av_packet_alloc());
        while (true) {
            const auto more = container_.read(*packet);
            if (!more) return std::unexpected(more.error());
            if (!*more) break;
            auto decoded = decode(packet.get());
            av_packet_unref(packet.get());
            if (!decoded) return decoded;
        }
        return decode(nullptr);
    }

  private:
    base::Result<void> decode(const AVPacket* packet) {
        if (packet != nullptr && packet->size > max_packet_bytes) {
            pipeline_.lose();
            return {};
        }
        const auto clean =
            codec_.decode(packet, [this](const AVFrame& frame) { return pipeline_.add(frame, start_of(frame)); });
        if (!clean) return std::unexpected(clean.error());
        if (!*clean) pipeline_.lose();
        return {};
    }

    [[nodiscard]] std::optional<double> start_of(const AVFrame& frame) const {
        if (frame.pts == AV_NOPTS_VALUE) return std::nullopt;
        const AVRational base = container_.track()->time_base;
        return static_cast<double>(frame.pts) * base.num / base.den - container_.origin_seconds();
    }

    Container& container_;
    TrackDecoder& codec_;
    Pipeline& pipeline_;
};

void report_truncation(const Container& container, const FileInput& input, const media::DecodeLimits& limits,
                       Pipeline& pipeline) {
    auto claim = container.claim();
    if (claim && claim->end_seconds > static_cast<double>(limits.max_seconds)) claim.reset();  // a header gone wild
    const double end_seconds = model::seconds_of_samples(pipeline.samples());
    const Extent extent{.claimed_end_seconds = claim ? claim->end_seconds : end_seconds,
                        .decoded_end_seconds = end_seconds,
                        .claim_is_tracks_own = claim && (claim->is_tracks_own || input.overrun()),
                        .cut_short = container.cut_short()};
    if (!is_truncated(extent)) return;
    pipeline.damages().add("truncated", end_seconds, std::max(0.0, extent.claimed_end_seconds - end_seconds));
}

}  // namespace

base::Result<void> decode_file(FileInput& input, const media::DecodeLimits& limits, WireSink& sink) {
    auto container = Container::open(input);
    if (!container) return std::unexpected(container.error());
    auto codec = TrackDecoder::open(*container->track());
    if (!codec) return std::unexpected(codec.error());
    sink.info(container->info());

    Pipeline pipeline(policy_for(*container, limits), limits, sink);
    if (auto ran = FileDecoder(*container, *codec, pipeline).run(); !ran) return ran;
    if (auto finished = pipeline.finish(); !finished) return finished;
    if (pipeline.empty() && !container->is_only_a_header()) {
        return base::fail(base::ErrorCode::media_corrupt,
                          "nothing of the audio track can be decoded; copy or export the file again");
    }
    report_truncation(*container, input, limits, pipeline);
    for (const media::Damage& damage : pipeline.damages().all())
        sink.damage(damage);
    sink.end(pipeline.samples());
    return {};
}

}  // namespace decode
