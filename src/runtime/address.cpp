#include "runtime/address.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace runtime {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

struct Network {
    Bytes prefix;
    unsigned bits;
};

// RFC 6890 and its updates.
constexpr std::array special_ipv4{
    Network{{0}, 8},              // this network
    Network{{10}, 8},             // private
    Network{{100, 64}, 10},       // shared by carriers
    Network{{127}, 8},            // loopback
    Network{{169, 254}, 16},      // link-local, and the clouds' metadata
    Network{{172, 16}, 12},       // private
    Network{{192, 0, 0}, 24},     // protocol assignments
    Network{{192, 0, 2}, 24},     // documentation
    Network{{192, 88, 99}, 24},   // 6to4 relays
    Network{{192, 168}, 16},      // private
    Network{{198, 18}, 15},       // benchmarks
    Network{{198, 51, 100}, 24},  // documentation
    Network{{203, 0, 113}, 24},   // documentation
    Network{{224}, 3},            // multicast, reserved, broadcast
};

constexpr Network global_unicast{{0x20}, 3};
constexpr std::array special_ipv6{
    Network{{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo among them
    Network{{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    Network{{0x3f, 0xff}, 20},              // documentation
};
constexpr Network mapped_ipv4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Network nat64{{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Network six_to_four{{0x20, 0x02}, 16};

bool contains(const Network& network, const Bytes& address) {
    for (unsigned bit = 0; bit < network.bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((network.prefix[bit / 8] ^ address[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

bool is_public_ipv4(const std::uint8_t* four) {
    const Bytes address{four[0], four[1], four[2], four[3]};
    return std::ranges::none_of(special_ipv4, [&](const Network& network) { return contains(network, address); });
}

bool is_public_ipv6(const Bytes& address) {
    if (contains(mapped_ipv4, address) || contains(nat64, address)) return is_public_ipv4(&address[12]);
    if (contains(six_to_four, address)) return is_public_ipv4(&address[2]);
    return contains(global_unicast, address) &&
           std::ranges::none_of(special_ipv6, [&](const Network& network) { return contains(network, address); });
}

bool is_public(const std::string& text) {
    Bytes address{};
    if (inet_pton(AF_INET, text.c_str(), address.data()) == 1) return is_public_ipv4(address.data());
    return inet_pton(AF_INET6, text.c_str(), address.data()) == 1 && is_public_ipv6(address);
}

}  // namespace

base::Result<void> refuse_private_address(std::string_view numeric_address) {
    if (is_public(std::string(numeric_address))) return {};
    return base::fail(base::ErrorCode::address_refused,
                      "the name leads to an address that is not on the public internet; use one that is");
}

}  // namespace runtime
