// Any number of channels to one, for speech: nothing that is said may be lost, whatever the recording did to the
// channels.
//
// A plain average loses a pair in opposite phase altogether and halves a voice that is on one side only. Here each
// channel is compared with the sum of those before it over a running quarter of a second, and is added with the sign
// that agrees; the sum is then scaled to the energy of the loudest channel. The centre of a surround recording counts
// most, the low-frequency channel not at all. A change of sign or scale is a ramp over at most 20 ms; the first sound
// is right at once.
//
// Pure; an object belongs to one thread at a time.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace decode {

enum class ChannelRole : std::uint8_t { centre, front, surround, low_frequency, unknown };

class MonoMixer {
  public:
    /// One role a channel, in the order of the planes; at least one.
    MonoMixer(std::span<const ChannelRole> roles, int rate_hz);

    /// Appends as many samples to `out` as each plane has. Every plane has the same length; values are finite.
    void mix(std::span<const std::vector<float>> planes, std::vector<float>& out);

  private:
    struct Channel {
        std::size_t plane;
        float weight;
        float sign = 1;
        bool heard = false;
        double energy = 0;      // running
        double agreement = 0;   // running: with the sum of the channels before it
        double sum_energy = 0;  // running: of that sum
    };

    void mix_block(std::span<const std::vector<float>> planes, std::size_t start, std::span<float> out);
    void add(Channel& channel, std::span<const float> input, std::span<float> sum);
    [[nodiscard]] float scale_for(double sum_energy) const;

    std::vector<Channel> channels_;  // those that are used, the most important first
    std::size_t block_samples_;
    double samples_of_memory_;
    double keep_ = 0;  // how much of the running values outlives this block
    double mixed_energy_ = 0;
    float scale_ = 0;  // 0 before anything was heard
};

}  // namespace decode
