// Who sends a request: the key of its Authorization field, as auth knows it.
//
// What a key means is remembered in the cache for gateway.key_cache_time (10 s), what means nothing for two seconds: so
// a revoked key, a changed role or a deleted user may still pass for that time, and no longer. The cache's key is the
// SHA-256 of the key's text, never the text.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "flow/service.hpp"
#include "model/principal.hpp"
#include "services/gateway/limits.hpp"

namespace gateway {

/// The token of "Authorization: Bearer TOKEN" (RFC 6750, section 2.1). The form "?access_token=" is not taken: targets
/// end up in logs. A WebSocket may offer the subprotocol "bearer.TOKEN" instead, since browsers let scripts set no
/// field of its handshake. Pure. Errors: unauthenticated (none, more than one, another scheme, not a token).
base::Result<std::string> bearer_token(const runtime::Request& request);

/// Takes the token out of the request, wherever it stood.
void remove_token(runtime::Request& request);

/// Any thread.
class Identity {
  public:
    Identity(const flow::Platform& platform, Limits& limits);
    /// Asks auth when it does not remember, and waits for that. Errors: unauthenticated; rate_limited (too many failed
    /// attempts from this address); unavailable (auth does not answer).
    base::Result<model::Principal> principal_of(const runtime::Request& request, const runtime::Context& context);

  private:
    base::Result<std::string> ask(const std::string& token, const runtime::Context& context);
    std::optional<std::string> remembered(const std::string& hash);
    void remember(const std::string& hash, const std::string& principal, std::chrono::milliseconds time);
    std::unexpected<base::Error> failed(const runtime::Request& request);

    flow::Platform platform_;
    Limits& limits_;
    std::chrono::milliseconds cache_time_;
    runtime::Counter& cache_faults_;
};

}  // namespace gateway
