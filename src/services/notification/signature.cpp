#include "services/notification/signature.hpp"

#include <array>

#include "base/encoding.hpp"
#include "base/hmac.hpp"

namespace notification {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t secret_bytes = 24;

}  // namespace

std::string new_secret(base::Random& random) {
    std::array<std::byte, secret_bytes> bytes{};
    random.fill(bytes);
    return std::string(prefix) + base::to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

base::Result<std::string> sign(std::string_view secret, const SignedMessage& message) {
    const bool known = secret.starts_with(prefix);
    const auto key = base::from_base64(secret.substr(known ? prefix.size() : 0));
    if (!known || !key) return base::fail(base::ErrorCode::internal, "a webhook's secret is not one of ours");
    const std::string content =
        std::string(message.id) + "." + std::to_string(message.timestamp_seconds) + "." + std::string(message.body);
    return "v1," + base::to_base64(base::hmac_sha256(*key, content));
}

base::Result<std::string> sign_with_all(std::span<const std::string> secrets, const SignedMessage& message) {
    std::string all;
    for (const std::string& secret : secrets) {
        const auto signature = sign(secret, message);
        if (!signature) return signature;
        all += (all.empty() ? "" : " ") + *signature;
    }
    return all;
}

}  // namespace notification
