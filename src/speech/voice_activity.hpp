// Voice activity: how likely it is that somebody speaks, frame by frame, by Silero VAD (v6, 16 kHz).
// The network's shape is public (https://github.com/snakers4/silero-vad, MIT); the arithmetic here is our own.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/error.hpp"

namespace speech {

inline constexpr std::int64_t vad_frame_samples = 512;  // 32 ms at 16 kHz, fixed by the network

/// The network's weights; immutable, shared by any number of streams and threads.
class VoiceActivityModel {
  public:
    /// Reads and checks a safetensors file. Errors: model_not_found, model_broken.
    static base::Result<VoiceActivityModel> load(const std::filesystem::path& weights);

    VoiceActivityModel(VoiceActivityModel&&) noexcept;
    VoiceActivityModel& operator=(VoiceActivityModel&&) noexcept;
    ~VoiceActivityModel();

    /// Which weights these are, such as "silero-vad/c59271c2".
    [[nodiscard]] const std::string& fingerprint() const;

  private:
    friend class VoiceActivity;
    struct Weights;
    explicit VoiceActivityModel(std::unique_ptr<const Weights> weights);
    std::unique_ptr<const Weights> weights_;
};

/// One stream's state; belongs to one thread; the model must outlive it.
class VoiceActivity {
  public:
    explicit VoiceActivity(const VoiceActivityModel& model);
    VoiceActivity(const VoiceActivity& other);
    VoiceActivity& operator=(const VoiceActivity&) = delete;
    ~VoiceActivity();
    /// The probability of speech, 0 to 1, in the next frame of exactly vad_frame_samples samples.
    float push(std::span<const float> frame);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace speech
