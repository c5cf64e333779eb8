#include "runtime/web_socket_frames.hpp"

#include <algorithm>

namespace runtime {
namespace {

constexpr unsigned close_opcode = 0x8;
constexpr unsigned final_bit = 0x80;
constexpr unsigned mask_bit = 0x80;
constexpr unsigned length_is_16_bits = 126;
constexpr unsigned length_is_64_bits = 127;
constexpr std::size_t longest_reason_bytes = 123;

unsigned byte_of(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

std::size_t length_bytes(unsigned length) {
    if (length == length_is_64_bits) return 8;
    return length == length_is_16_bits ? 2 : 0;
}

// Of a header whose first two bytes are there.
std::size_t header_bytes(std::string_view header) {
    const unsigned second = byte_of(header, 1);
    return 2 + length_bytes(second & ~mask_bit) + ((second & mask_bit) != 0 ? 4 : 0);
}

std::uint64_t payload_bytes(std::string_view header) {
    const unsigned length = byte_of(header, 1) & ~mask_bit;
    if (length < length_is_16_bits) return length;
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < length_bytes(length); ++i)
        size = size << 8U | byte_of(header, 2 + i);
    return size;
}

}  // namespace

void FrameBoundaries::pass(std::string_view bytes) {
    while (!bytes.empty()) {
        if (left_bytes_ > 0) {
            const std::size_t skipped = std::min<std::uint64_t>(left_bytes_, bytes.size());
            left_bytes_ -= skipped;
            bytes.remove_prefix(skipped);
            continue;
        }
        header_ += bytes.front();
        bytes.remove_prefix(1);
        if (header_.size() < 2 || header_.size() < header_bytes(header_)) continue;
        closed_ = closed_ || (byte_of(header_, 0) & 0x0FU) == close_opcode;
        left_bytes_ = payload_bytes(header_);
        header_.clear();
    }
}

std::string close_frame(CloseCode code, std::string_view reason) {
    reason = reason.substr(0, longest_reason_bytes);
    const auto number = static_cast<unsigned>(code);
    std::string frame;
    frame += static_cast<char>(final_bit | close_opcode);
    frame += static_cast<char>(reason.size() + 2);
    frame += static_cast<char>(number >> 8U);
    frame += static_cast<char>(number & 0xFFU);
    return frame.append(reason);
}

}  // namespace runtime
