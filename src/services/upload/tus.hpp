// The header fields of tus 1.0.0 (https://tus.io/protocols/resumable-upload): values from foreign texts and back. Pure;
// any thread. Errors are request_malformed unless said otherwise.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/rfc3339.hpp"

namespace upload {

inline constexpr std::string_view tus_version = "1.0.0";
inline constexpr std::string_view tus_extensions =
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination";
inline constexpr std::string_view tus_algorithms = "sha1,sha256";

/// Digits only, no sign, at most 2^63 - 1: Upload-Offset and Upload-Length. `field` names it in the message.
base::Result<std::int64_t> parse_count(std::string_view field, std::string_view text);

inline constexpr std::size_t most_metadata_bytes = 8192;
using Metadata = std::map<std::string, std::string, std::less<>>;

/// Upload-Metadata: "key base64,key base64"; a key alone has the empty value. Values must be UTF-8; no key twice.
base::Result<Metadata> parse_metadata(std::string_view text);

enum class Algorithm : std::uint8_t { sha1, sha256 };

struct ExpectedChecksum {
    Algorithm algorithm = Algorithm::sha1;
    std::string digest;  // bytes
};
/// Upload-Checksum: "sha1 base64". Errors: also for an algorithm that is not offered or a digest of another length.
base::Result<ExpectedChecksum> parse_checksum(std::string_view text);

/// Sums up the bytes of one request. One thread at a time.
class Checksum {
  public:
    explicit Checksum(ExpectedChecksum expected);
    ~Checksum();
    Checksum(Checksum&&) noexcept;
    Checksum& operator=(Checksum&&) noexcept;
    void update(std::span<const std::byte> bytes);
    /// Whether these were the bytes; once.
    [[nodiscard]] bool holds();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// As Upload-Expires has it (RFC 9110, 5.6.7): "Tue, 24 Nov 2026 08:30:00 GMT".
std::string http_date(base::UtcTime time);

}  // namespace upload
