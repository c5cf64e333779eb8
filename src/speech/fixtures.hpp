// What several tests of this layer read: the models of the build folder, and samples of the test media.
#pragma once
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "speech/voice_activity.hpp"

namespace speech::fixtures {

inline std::filesystem::path media() {
    return VT_TEST_MEDIA;
}

inline std::filesystem::path models() {
    return std::filesystem::path(VT_BINARIES) / "models";
}

inline VoiceActivityModel load_voice_activity() {
    return VoiceActivityModel::load(models() / "silero-vad/silero_vad_16k.safetensors").value();
}

/// Loaded once for all tests of a program.
inline const VoiceActivityModel& voice_activity() {
    static const VoiceActivityModel model = load_voice_activity();
    return model;
}

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The samples of a 16-bit mono WAV file at 16 kHz, which is what `path` must be.
inline std::vector<float> wav_samples(const std::filesystem::path& path) {
    const std::string bytes = bytes_of(path);
    const std::size_t data = bytes.find("data") + 8;
    std::vector<float> samples;
    for (std::size_t at = data; at + 1 < bytes.size(); at += 2) {
        std::int16_t value = 0;
        std::memcpy(&value, bytes.data() + at, sizeof value);
        samples.push_back(static_cast<float>(value) / 32768.0F);
    }
    return samples;
}

/// 2.7 s of speech: "What do I hear? Seek!"
inline std::vector<float> speech_samples() {
    return wav_samples(media() / "../golden/speech/voice_activity.wav");
}

}  // namespace speech::fixtures
