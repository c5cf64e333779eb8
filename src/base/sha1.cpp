#include "base/sha1.hpp"

#include <bit>
#include <new>

#include <openssl/evp.h>

namespace base {

struct Sha1::State {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    State() = default;
    ~State() { EVP_MD_CTX_free(context); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Sha1::Sha1() : state_(std::make_unique<State>()) {
    // OpenSSL fails here only for want of memory: the default provider has SHA-1.
    if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, EVP_sha1(), nullptr) != 1) {
        throw std::bad_alloc();
    }
}

Sha1::~Sha1() = default;

void Sha1::update(std::span<const std::byte> bytes) {
    if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
}

std::array<std::byte, 20> Sha1::finish() {
    std::array<unsigned char, 20> digest{};
    if (EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) != 1) throw std::bad_alloc();
    return std::bit_cast<std::array<std::byte, 20>>(digest);
}

}  // namespace base
