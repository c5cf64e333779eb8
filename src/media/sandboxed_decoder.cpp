#include "media/sandboxed_decoder.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <utility>
#include <variant>

#include "media/wire.hpp"
#include "model/audio.hpp"
#include "runtime/process.hpp"

namespace media {
namespace {

using base::ErrorCode;

constexpr std::size_t silence_chunk_samples = 16384;

// What the decoder may add to the limit by rounding.
std::int64_t max_samples(const DecodeLimits& limits) {
    return (limits.max_seconds + 1) * model::sample_rate_hz;
}

std::unexpected<base::Error> fail_of_signal(int signal, const DecodeLimits& limits) {
    switch (signal) {
        case SIGSYS:
            return base::fail(
                ErrorCode::decoder_forbidden,
                "the media decoder tried a system call that its sandbox forbids, and was ended; the file may "
                "have been made to attack it: do not trust it");
        case SIGXCPU:
            return base::fail(ErrorCode::decoder_out_of_time, "the media decoder used more than its " +
                                                                  std::to_string(limits.cpu_seconds) +
                                                                  " seconds of processor time; convert the file first");
        case SIGKILL:
            return base::fail(
                ErrorCode::decoder_crashed,
                "the media decoder was killed from outside, perhaps because the machine ran out of memory; "
                "run it again");
        default:
            return base::fail(ErrorCode::decoder_crashed, "the media decoder died of signal " + std::to_string(signal) +
                                                              " on this file; convert the file first");
    }
}

std::unexpected<base::Error> fail_of_exit(const runtime::ProcessExit& exit, const DecodeLimits& limits) {
    if (exit.signalled) return fail_of_signal(exit.code, limits);
    return base::fail(ErrorCode::decoder_crashed,
                      "the media decoder ended with status " + std::to_string(exit.code) +
                          " before it had finished; is it of the same version as this program?");
}

class SandboxedSource final : public PcmSource {
  public:
    SandboxedSource(runtime::Process process, const SandboxedDecoderOptions& options)
        : options_(options),
          process_(std::move(process)),
          reader_(max_samples(options.limits), static_cast<int>(options.limits.channels_apart)) {}

    base::Result<void> read_info() {
        auto message = next_message();
        if (!message) return std::unexpected(message.error());
        info_ = std::get<model::MediaInfo>(std::move(*message));  // the reader lets nothing else come first
        return options_.limits.channels_apart > 1 ? read_layout() : base::Result<void>();
    }

    [[nodiscard]] const model::MediaInfo& info() const override { return info_; }
    [[nodiscard]] const DecodeSummary& summary() const override { return summary_; }
    [[nodiscard]] int channels() const override { return reader_.channels(); }

    [[nodiscard]] base::Result<std::span<const float>> read() override {
        if (std::exchange(read_ahead_, false)) return deliver(samples_.values);
        while (true) {
            if (silence_left_ > 0) return deliver_silence();
            if (reader_.finished()) return std::span<const float>{};
            auto message = next_message();
            if (!message) return std::unexpected(message.error());
            if (take(std::move(*message))) return deliver(samples_.values);
        }
    }

  private:
    // The layout comes with the first sound; media without any has none.
    base::Result<void> read_layout() {
        auto message = next_message();
        if (!message) return std::unexpected(message.error());
        read_ahead_ = take(std::move(*message));
        return {};
    }

    // Whether samples_ has something new.
    bool take(WireMessage message) {
        if (auto* samples = std::get_if<WireSamples>(&message)) samples_ = std::move(*samples);
        if (auto* silence = std::get_if<WireSilence>(&message)) silence_left_ = silence->samples;
        if (auto* damage = std::get_if<Damage>(&message)) summary_.damages.push_back(std::move(*damage));
        return std::holds_alternative<WireSamples>(message);
    }

    std::span<const float> deliver(std::span<const float> values) {
        summary_.samples += static_cast<std::int64_t>(values.size()) / channels();
        return values;
    }

    std::span<const float> deliver_silence() {
        static constexpr std::array<float, silence_chunk_samples> zeros{};
        const auto size = std::min<std::int64_t>(silence_left_, std::ssize(zeros) / channels());
        silence_left_ -= size;
        return deliver(std::span(zeros).first(static_cast<std::size_t>(size * channels())));
    }

    // Never empty; a failure that the child reports comes out as the error it is.
    base::Result<WireMessage> next_message() {
        while (true) {
            auto message = reader_.next();
            if (!message) return std::unexpected(message.error());
            if (*message && std::holds_alternative<base::Error>(**message)) {
                return std::unexpected(std::get<base::Error>(std::move(**message)));
            }
            if (*message) return std::move(**message);
            if (auto more = read_more(); !more) return std::unexpected(more.error());
        }
    }

    base::Result<void> read_more() {
        const runtime::ReadOutcome outcome = process_.read(buffer_, options_.stall_timeout, options_.stop);
        switch (outcome.end) {
            case runtime::ReadEnd::data:
                reader_.feed(std::span(buffer_).first(outcome.size_bytes));
                return {};
            case runtime::ReadEnd::stopped:
                return base::fail(ErrorCode::cancelled, "decoding was stopped on request");
            case runtime::ReadEnd::end_of_file:
                return fail_of_exit(process_.wait(), options_.limits);
            case runtime::ReadEnd::timed_out:
                break;
        }
        return base::fail(ErrorCode::decoder_out_of_time,
                          "the media decoder gave nothing for " +
                              std::to_string(options_.stall_timeout.count() / 1000) +
                              " seconds; copy the file to a local disk or convert it first");
    }

    SandboxedDecoderOptions options_;
    runtime::Process process_;
    WireReader reader_;
    model::MediaInfo info_;
    DecodeSummary summary_;
    WireSamples samples_;
    bool read_ahead_ = false;  // samples_ was taken while the layout was looked for
    std::int64_t silence_left_ = 0;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(wire_max_payload_bytes);
};

base::Error start_error(base::Error error, const std::filesystem::path& helper) {
    if (error.code != ErrorCode::file_not_found) return error;
    return {ErrorCode::decoder_missing,
            "the media decoder is not at " + helper.string() + "; install the program again, whole"};
}

}  // namespace

base::Result<std::unique_ptr<PcmSource>> SandboxedDecoder::open(const runtime::Descriptor& file, Channels channels) {
    SandboxedDecoderOptions options = options_;
    if (channels == Channels::apart) options.limits.channels_apart = most_channels_apart;
    auto process = runtime::Process::start(
        {.program = options_.helper, .arguments = to_arguments(options.limits), .inherited = file.number()});
    if (!process) return std::unexpected(start_error(std::move(process.error()), options_.helper));
    auto source = std::make_unique<SandboxedSource>(std::move(*process), options);
    if (auto begun = source->read_info(); !begun) return std::unexpected(begun.error());
    return source;
}

}  // namespace media
