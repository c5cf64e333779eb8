// SHA-256 (FIPS 180-4) of bytes in pieces; the adapter over OpenSSL. An object belongs to one thread at a time.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace base {

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void update(std::span<const std::byte> bytes);
    /// The digest; call one of the two, once, after the last update.
    [[nodiscard]] std::array<std::byte, 32> finish();
    /// The digest as 64 lower-case hexadecimal digits.
    [[nodiscard]] std::string finish_hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace base
