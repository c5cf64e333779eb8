// Which network addresses a request that a customer asked for (a webhook) may go to. Pure; any thread.
#pragma once
#include <string_view>

#include "base/error.hpp"

namespace runtime {

/// Success only for a numeric address of the public internet: IPv4 and IPv6 of the registries that IANA's
/// special-purpose tables (RFC 6890) do not set apart, also behind the IPv4-in-IPv6 forms (mapped, 6to4, NAT64), which
/// are judged by what they hold. It takes the address that is about to be connected to, never a name. Errors:
/// address_refused.
base::Result<void> refuse_private_address(std::string_view numeric_address);

}  // namespace runtime
