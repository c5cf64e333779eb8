// The parent's side of the decoder's protocol, fed by an enemy: the same bytes give the same messages however they are
// cut, and no message breaks the bounds that the rest of the program relies on.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "media/wire.hpp"

namespace {

constexpr std::int64_t max_samples = 1 << 20;

void require(bool condition) {
    if (!condition) std::abort();
}

struct Account {
    std::size_t messages = 0;
    std::int64_t samples = 0;
    bool broken = false;
    bool finished = false;
    bool operator==(const Account&) const = default;
};

void check(const model::MediaInfo& info) {
    require(info.streams.size() <= media::wire_max_streams);
    require(!info.chosen_audio || *info.chosen_audio < info.streams.size());
    require(!info.duration_seconds || (std::isfinite(*info.duration_seconds) && *info.duration_seconds >= 0));
}

void check(const media::WireLayout& layout) {
    require(layout.channels >= 1 && layout.channels <= media::most_channels_apart);
}

void check(const media::WireSamples& samples) {
    require(!samples.values.empty() && samples.values.size() <= media::wire_max_samples_per_frame);
    for (const float value : samples.values)
        require(std::abs(value) <= media::wire_loudest_sample);
}

void check(const media::WireSilence& silence) {
    require(silence.samples > 0);
}

void check(const media::Damage& damage) {
    require(damage.missing_seconds >= 0 && damage.count >= 0);
}

void check(const media::WireEnd& end) {
    require(end.samples >= 0);
}

void check(const base::Error& error) {
    require(error.message.find('\x1B') == std::string::npos);
}

void take(const media::WireMessage& message, int channels, Account& account) {
    std::visit([](const auto& value) { check(value); }, message);
    ++account.messages;
    if (const auto* samples = std::get_if<media::WireSamples>(&message)) {
        const auto values = static_cast<std::int64_t>(samples->values.size());
        require(values % channels == 0);
        account.samples += values / channels;
    }
    if (const auto* silence = std::get_if<media::WireSilence>(&message)) account.samples += silence->samples;
    require(account.samples <= max_samples);
}

Account read(std::span<const std::byte> bytes, std::size_t piece, int max_channels) {
    media::WireReader reader(max_samples, max_channels);
    Account account;
    while (!bytes.empty() && !account.broken) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(part.size());
        reader.feed(part);
        while (true) {
            const auto message = reader.next();
            account.broken = !message.has_value();
            if (!message || !*message) break;
            take(**message, reader.channels(), account);
        }
    }
    account.finished = reader.finished();
    return account;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    for (const int max_channels : {1, media::most_channels_apart}) {
        const Account whole = read(bytes, SIZE_MAX, max_channels);
        require(read(bytes, 1, max_channels) == whole);
        require(read(bytes, 1 + size % 97, max_channels) == whole);
    }
    return 0;
}
