#include "decode/container.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "decode/formats.hpp"
#include "decode/refusal.hpp"

extern "C" {
#include <libavcodec/codec_id.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
}

namespace decode {
namespace {

using base::ErrorCode;

constexpr std::size_t head_bytes = 64 * 1024;
constexpr unsigned max_probe_bytes = 1 << 20;
constexpr std::int64_t max_analysed_bytes = 5 << 20;
constexpr int max_streams = 256;
constexpr std::int64_t smallest_honest_bytes = 8 << 20;   // a file below it that exhausts memory lies about itself
constexpr std::int64_t largest_bare_header_bytes = 4096;  // a larger file without a packet should have had some
constexpr int max_faults_in_a_row = 1000;                 // of a demuxer that cannot find its way

double seconds(std::int64_t ticks, AVRational base) {
    return static_cast<double>(ticks) * base.num / base.den;
}

constexpr AVRational microseconds{1, AV_TIME_BASE};

std::unexpected<base::Error> unrecognised() {
    return base::fail(ErrorCode::media_unrecognised,
                      "the file is not audio or video in a format that is known; export it as mp4, mkv, mp3 or wav");
}

std::unexpected<base::Error> refused(std::string_view kind) {
    return base::fail(ErrorCode::media_refused,
                      "the file is " + std::string(kind) +
                          ", which only points at media elsewhere and is never followed; give the "
                          "media file itself");
}

std::unexpected<base::Error> open_failed(int fault, const FileInput& input) {
    if (fault == AVERROR(ENOMEM) && input.size_bytes() < smallest_honest_bytes) {
        return base::fail(ErrorCode::media_corrupt,
                          "the file claims more tracks or data than a file of its size can hold; export it again");
    }
    if (fault == AVERROR(ENOMEM)) {
        return base::fail(ErrorCode::decoder_out_of_memory,
                          "the media needs more memory, or has more tracks, than the limits allow; convert it first");
    }
    if (input.read_fault() != 0)
        return base::fail_errno(ErrorCode::file_unreadable, "the file cannot be read", input.read_fault());
    return base::fail(ErrorCode::media_corrupt,
                      "the file begins like media, but its structure is broken or incomplete; copy or export it again");
}

int refuse_to_open(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
    return AVERROR(EPERM);
}

// What FFmpeg reports, a name at most, that is not in a header of its own.
std::string tag_of(const AVStream& stream, const char* key) {
    const AVDictionaryEntry* entry = av_dict_get(stream.metadata, key, nullptr, 0);
    return entry != nullptr ? entry->value : "";
}

model::StreamKind kind_of(AVMediaType type) {
    switch (type) {
        case AVMEDIA_TYPE_AUDIO:
            return model::StreamKind::audio;
        case AVMEDIA_TYPE_VIDEO:
            return model::StreamKind::video;
        case AVMEDIA_TYPE_SUBTITLE:
            return model::StreamKind::subtitle;
        default:
            return model::StreamKind::other;
    }
}

double frame_rate_of(const AVStream& stream) {
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
        return 0;
    const AVRational rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
    return rate.num > 0 && rate.den > 0 ? static_cast<double>(rate.num) / rate.den : 0;
}

model::MediaStream describe_stream(const AVStream& stream) {
    const AVCodecParameters& codec = *stream.codecpar;
    return {.kind = kind_of(codec.codec_type),
            .codec = avcodec_get_name(codec.codec_id),
            .language = tag_of(stream, "language"),
            .sample_rate_hz = std::max(0, codec.sample_rate),
            .channels = std::max(0, codec.ch_layout.nb_channels),
            .frame_rate_hz = frame_rate_of(stream),
            .is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0};
}

bool is_decodable_audio(const AVStream& stream) {
    return stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO && audio_decoder(stream.codecpar->codec_id) != nullptr;
}

// "01:02:03.456000000", as Matroska's writers tag each track.
std::optional<double> parse_clock(const std::string& text) {
    int hours = 0;
    int minutes = 0;
    double rest = 0;
    // NOLINTNEXTLINE(cert-err34-c): out of range is caught by the check below
    if (std::sscanf(text.c_str(), "%d:%d:%lf", &hours, &minutes, &rest) != 3) return std::nullopt;
    const double total = hours * 3600.0 + minutes * 60.0 + rest;
    return total >= 0 && std::isfinite(total) ? std::optional(total) : std::nullopt;
}

base::Result<const AVInputFormat*> probe(FileInput& input) {
    if (const auto kind = pointer_kind(input.head(head_bytes))) return refused(*kind);
    const AVInputFormat* format = nullptr;
    const int score = av_probe_input_buffer2(input.context(), &format, "", nullptr, 0, max_probe_bytes);
    if (input.read_fault() != 0) return open_failed(score, input);
    if (score < 0 || format == nullptr) return unrecognised();
    if (container_refused(format->name)) return refused("a playlist (" + std::string(format->name) + ")");
    if (!container_allowed(format->name)) return unrecognised();
    return format;
}

void set_limits(AVFormatContext& context, AVIOContext* input) {
    context.pb = input;
    context.flags |= AVFMT_FLAG_CUSTOM_IO;
    context.io_open = &refuse_to_open;
    context.protocol_whitelist = av_strdup("none");
    context.codec_whitelist = av_strdup(audio_decoder_names().c_str());
    context.max_streams = max_streams;
    context.probesize = max_analysed_bytes;
    context.fps_probe_size = 0;  // frame rates are taken from headers, not counted
}

}  // namespace

void Container::Close::operator()(AVFormatContext* context) const {
    avformat_close_input(&context);
}

base::Result<Container> Container::open(FileInput& input) {
    Container container(input);
    if (auto opened = container.open_input(); !opened) return std::unexpected(opened.error());
    container.describe();
    if (auto chosen = container.choose_track(); !chosen) return std::unexpected(chosen.error());
    return container;
}

base::Result<void> Container::open_input() {
    const auto format = probe(*input_);
    if (!format) return std::unexpected(format.error());
    AVFormatContext* context = avformat_alloc_context();
    if (context == nullptr) return open_failed(AVERROR(ENOMEM), *input_);
    set_limits(*context, input_->context());
    if (const int fault = avformat_open_input(&context, "", *format, nullptr); fault < 0)
        return open_failed(fault, *input_);
    context_.reset(context);
    if (const int fault = avformat_find_stream_info(context, nullptr); fault < 0) return open_failed(fault, *input_);
    return {};
}

void Container::describe() {
    info_.container = context_->iformat->name;
    if (context_->duration > 0) info_.duration_seconds = seconds(context_->duration, microseconds);
    for (unsigned i = 0; i < context_->nb_streams; ++i)
        info_.streams.push_back(describe_stream(*context_->streams[i]));
    // Nothing before 0 is shown: it is there for decoders to warm up.
    if (context_->start_time > 0) origin_seconds_ = seconds(context_->start_time, microseconds);
}

base::Result<void> Container::choose_track() {
    const std::span streams(context_->streams, context_->nb_streams);
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (!is_decodable_audio(*streams[i])) continue;
        const bool first = !info_.chosen_audio;
        const bool first_default =
            !first && info_.streams[i].is_default && !info_.streams[*info_.chosen_audio].is_default;
        if (first || first_default) info_.chosen_audio = i;
    }
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (info_.chosen_audio != i) streams[i]->discard = AVDISCARD_ALL;
    }
    if (info_.chosen_audio) return {};
    const auto audio = std::ranges::find(info_.streams, model::StreamKind::audio, &model::MediaStream::kind);
    if (audio == info_.streams.end()) {
        return base::fail(ErrorCode::media_no_audio, "the file has no audio track, so there is nothing to transcribe");
    }
    return base::fail(ErrorCode::media_unrecognised, "the audio track's codec (" + audio->codec +
                                                         ") is not known; export it as AAC, MP3, Opus or FLAC");
}

const AVStream* Container::track() const {
    return context_->streams[*info_.chosen_audio];
}

std::optional<Claim> Container::claim() const {
    const AVStream& stream = *track();
    if (context_->duration_estimation_method != AVFMT_DURATION_FROM_STREAM) return std::nullopt;
    // Matroska's writers count these two from 0 or from the first time stamp; to claim too little is the lesser fault.
    if (const auto tagged = parse_clock(tag_of(stream, "DURATION"))) return Claim{*tagged - origin_seconds_, true};
    if (stream.duration > 0) {
        const std::int64_t start = stream.start_time != AV_NOPTS_VALUE ? stream.start_time : 0;
        return Claim{seconds(start, stream.time_base) + seconds(stream.duration, stream.time_base) - origin_seconds_,
                     true};
    }
    if (!info_.duration_seconds) return std::nullopt;
    return Claim{*info_.duration_seconds - origin_seconds_, info_.streams.size() == 1};
}

bool Container::is_only_a_header() const {
    return packets_ == 0 && !cut_short_ && input_->size_bytes() <= largest_bare_header_bytes;
}

// The last packet of such samples is as long as it happens to be.
bool Container::is_open_ended() const {
    constexpr int least_sample_bits = 8;
    return av_get_exact_bits_per_sample(track()->codecpar->codec_id) >= least_sample_bits &&
           context_->duration_estimation_method != AVFMT_DURATION_FROM_STREAM;
}

bool Container::may_jump() const {
    return (context_->iformat->flags & AVFMT_TS_DISCONT) != 0;
}

base::Result<bool> Container::read(AVPacket& packet) {
    for (int faults = 0; faults < max_faults_in_a_row;) {
        const int fault = av_read_frame(context_.get(), &packet);
        if (fault == 0 && packet.stream_index == track()->index) {
            cut_short_ = (packet.flags & AV_PKT_FLAG_CORRUPT) != 0 && !is_open_ended();
            ++packets_;
            return true;
        }
        if (fault == 0) {
            av_packet_unref(&packet);
            continue;
        }
        if (input_->read_fault() != 0 || fault == AVERROR(ENOMEM)) return open_failed(fault, *input_);
        if (fault == AVERROR_EOF || avio_feof(context_->pb) != 0) {
            cut_short_ = cut_short_ || fault != AVERROR_EOF;
            return false;
        }
        if (fault != AVERROR(EAGAIN)) ++faults;
    }
    cut_short_ = true;
    return false;
}

}  // namespace decode
