#include "runtime/principal_token.hpp"

#include <algorithm>
#include <charconv>

#include "base/base64url.hpp"
#include "base/hmac.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;
using std::chrono::system_clock;

constexpr std::string_view version = "v1";

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool signed_by_one(std::string_view signed_part, std::string_view signature, const PrincipalKeys& keys) {
    const auto code = base::from_base64url(signature);
    return code && std::ranges::any_of(keys, [&](const std::string& key) {
               return base::equal_in_constant_time(base::hmac_sha256(key, signed_part), *code);
           });
}

bool expired(std::string_view expiry, system_clock::time_point now) {
    std::int64_t seconds = 0;
    const auto read = std::from_chars(expiry.data(), expiry.data() + expiry.size(), seconds);
    const bool whole = read.ec == std::errc() && read.ptr == expiry.data() + expiry.size();
    return !whole || std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() >= seconds;
}

}  // namespace

std::string sign_principal(std::string_view claims, std::string_view audience, system_clock::time_point expiry,
                           const PrincipalKeys& keys) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(expiry).time_since_epoch().count();
    std::string token(version);
    token.append(".").append(base::to_base64url(claims)).append(".").append(audience).append(".");
    token.append(std::to_string(seconds));
    const std::string code = base::to_base64url(base::hmac_sha256(keys.at(0), token));
    return token.append(".").append(code);
}

base::Result<std::string> verify_principal(std::string_view token, std::string_view audience,
                                           system_clock::time_point now, const PrincipalKeys& keys) {
    const auto refuse = [](const char* why) { return fail(ErrorCode::unauthenticated, why); };
    if (token.size() > longest_principal_token_bytes) return refuse("the principal token is too long");
    const auto parts = split(token, '.');
    if (parts.size() != 5 || parts[0] != version) return refuse("the principal token is malformed");
    const std::string_view signed_part = token.substr(0, token.rfind('.'));
    if (!signed_by_one(signed_part, parts[4], keys))
        return refuse("the principal token is not signed by this deployment");
    if (parts[2] != audience) return refuse("the principal token is for another service");
    if (expired(parts[3], now)) return refuse("the principal token has expired");
    auto claims = base::from_base64url(parts[1]);
    if (!claims) return refuse("the principal token is malformed");
    return *std::move(claims);
}

}  // namespace runtime
