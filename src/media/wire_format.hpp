// What the two sides of the protocol agree on below the level of wire.hpp; only its two sources include it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace media {

enum class FrameType : std::uint8_t { info = 1, samples, silence, damage, end, failure, layout };

inline constexpr std::array wire_preamble{std::byte{'V'}, std::byte{'T'}, std::byte{'D'}, std::byte{'E'},
                                          std::byte{'C'}, std::byte{0},   std::byte{0},   std::byte{2}};
inline constexpr std::size_t wire_frame_header_bytes = 5;  // the type and the payload's size

}  // namespace media
