// SHA-256 (FIPS 180-4) of bytes in pieces; the adapter over OpenSSL. An object belongs to one thread at a time.
#pragma once
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
    /// 64 lower-case hexadecimal digits; call once, after the last update.
    [[nodiscard]] std::string finish_hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace base
