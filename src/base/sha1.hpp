// SHA-1 (FIPS 180-4) of bytes in pieces, for protocols that name it (tus checksums); it is broken as a proof of origin
// and nothing of ours rests on it. The adapter over OpenSSL. An object belongs to one thread at a time.
#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace base {

class Sha1 {
  public:
    Sha1();
    ~Sha1();
    Sha1(const Sha1&) = delete;
    Sha1& operator=(const Sha1&) = delete;

    void update(std::span<const std::byte> bytes);
    /// The digest; once, after the last update.
    [[nodiscard]] std::array<std::byte, 20> finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace base
