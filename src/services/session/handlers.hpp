// The HTTP handlers of the service. Each authorizes by itself; a session of another tenant is looked for under the
// principal's own and so not found. Plain functions of request and context, on the service's pool.
#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "flow/service.hpp"
#include "model/principal.hpp"
#include "services/session/record.hpp"

namespace session {

inline constexpr std::string_view service_name = "session";

/// Create, get, list, change, delete; the mesh's PUT.
std::vector<runtime::Route> session_routes(const flow::Platform& platform);
/// Cancel and retry.
std::vector<runtime::Route> run_routes(const flow::Platform& platform);
/// The transcript in every format, its versions; where the mesh finds its blob.
std::vector<runtime::Route> transcript_routes(const flow::Platform& platform);
/// The edits: of the text, of the speakers' names.
std::vector<runtime::Route> edit_routes(const flow::Platform& platform);

// What they share

using HandlerBody = base::Result<runtime::Response> (*)(const flow::Platform&, const runtime::Request&,
                                                        const runtime::Context&);
/// A route whose handler's fault becomes a problem document.
runtime::Route route(const flow::Platform& platform, std::string_view method, std::string_view pattern,
                     HandlerBody body, runtime::RouteLimits limits = {});

/// The session of the path's {id}, if the principal may do this to it. Errors: not_found, forbidden.
base::Result<SessionRecord> session_for(store::ReadTransaction& transaction, const model::Principal& principal,
                                        model::Action action, const runtime::Request& request);
base::Result<SessionRecord> session_for(store::Transaction& transaction, const model::Principal& principal,
                                        model::Action action, const runtime::Request& request);

base::Result<store::ReadTransaction> begin_read(const flow::Platform& platform, const model::Principal& principal,
                                                const runtime::Context& context);

/// Runs the effect in a write transaction and commits it; for methods that are idempotent by themselves.
base::Result<runtime::Response> in_write(
    const flow::Platform& platform, const runtime::Context& context, const model::Principal& principal,
    const std::function<base::Result<runtime::Response>(store::Transaction&)>& effect);

/// The session in JSON with its entity tag.
runtime::Response session_response(int status, const SessionRecord& record);

/// A record of what the principal did to the session.
base::Result<void> audit(store::Transaction& transaction, const model::Principal& principal, model::Action action,
                         std::string_view session_id);

}  // namespace session
