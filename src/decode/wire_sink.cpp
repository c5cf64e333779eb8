#include "decode/wire_sink.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace decode {

void WireSink::info(const model::MediaInfo& info) {
    writer_.info(info);
    flush();
}

void WireSink::layout(int channels) {
    channels_ = static_cast<std::size_t>(channels);
    writer_.layout(channels);
    flush();
}

void WireSink::samples(std::span<const float> values) {
    const std::size_t most = media::wire_max_samples_per_frame / channels_ * channels_;
    while (!values.empty()) {
        const auto part = values.first(std::min(values.size(), most));
        writer_.samples(part);
        flush();
        values = values.subspan(part.size());
    }
}

void WireSink::silence(std::int64_t samples) {
    writer_.silence(samples);
    flush();
}

void WireSink::damage(const media::Damage& damage) {
    writer_.damage(damage);
}

void WireSink::end(std::int64_t samples) {
    writer_.end(samples);
    flush();
}

void WireSink::failure(const base::Error& error) {
    writer_.failure(error);
    flush();
}

void WireSink::flush() {
    auto bytes = writer_.bytes();
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) _exit(1);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    writer_.clear();
}

}  // namespace decode
