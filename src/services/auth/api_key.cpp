#include "services/auth/api_key.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/base64url.hpp"
#include "base/ids.hpp"
#include "base/sha256.hpp"
#include "model/tenant.hpp"

namespace auth {
namespace {

constexpr std::string_view prefix = "vt_";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_text_bytes = 43;
constexpr std::size_t id_bytes = 36;
constexpr std::size_t longest_region = 32;

// Takes "_" and the last `size_bytes` off the text. A tenant's id and the secret may hold '_' themselves; region and
// key id cannot, and key id and secret have one length: read from both ends, a text means one thing.
std::optional<std::string_view> take_last(std::string_view& text, std::size_t size_bytes) {
    if (text.size() <= size_bytes || text[text.size() - size_bytes - 1] != '_') return std::nullopt;
    const std::string_view part = text.substr(text.size() - size_bytes);
    text.remove_suffix(size_bytes + 1);
    return part;
}

std::string as_string(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

bool is_region(std::string_view text) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= longest_region && std::ranges::all_of(text, allowed);
}

std::string to_text(const ApiKey& key) {
    return std::string(prefix) + key.region + "_" + key.tenant_id + "_" + key.id + "_" + base::to_base64url(key.secret);
}

std::optional<ApiKey> parse_api_key(std::string_view text) {
    if (text.size() > longest_key_text || !text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    const auto secret_text = take_last(text, secret_text_bytes);
    if (!secret_text) return std::nullopt;
    const auto id = take_last(text, id_bytes);
    if (!id || !base::is_id(*id)) return std::nullopt;
    const std::size_t end_of_region = text.find('_');
    if (end_of_region == std::string_view::npos) return std::nullopt;
    const std::string_view region = text.substr(0, end_of_region);
    const std::string_view tenant_id = text.substr(end_of_region + 1);
    auto secret = base::from_base64url(*secret_text);
    if (!secret || secret->size() != secret_bytes) return std::nullopt;
    if (!is_region(region) || !model::is_tenant_id(tenant_id)) return std::nullopt;
    return ApiKey{std::string(region), std::string(tenant_id), std::string(*id), *std::move(secret)};
}

std::string hash_of_key(std::string_view text) {
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(text)));
    return as_string(hash.finish());
}

std::string new_secret(base::Random& random) {
    std::array<std::byte, secret_bytes> bytes{};
    random.fill(bytes);
    return as_string(bytes);
}

}  // namespace auth
