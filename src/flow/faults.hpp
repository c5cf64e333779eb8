// What the runner makes of faults.
#pragma once
#include <exception>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace flow {

/// Runs what a service gave us: an exception is the fault `internal`.
template <class Function>
auto guarded(Function&& function) -> decltype(function()) {
    try {
        return function();
    } catch (const std::exception& fault) {
        return base::fail(base::ErrorCode::internal, std::string("an exception: ") + fault.what());
    } catch (...) {
        return base::fail(base::ErrorCode::internal, "an exception of an unknown kind");
    }
}

/// The storage itself does not do: whatever was tried is not to blame, so that it is tried for as long as it takes.
bool is_storage_fault(base::ErrorCode code);

/// The tenant cannot be written to, and trying again will not help.
bool is_tenant_fault(base::ErrorCode code);

/// "code: message" in one line of bounded length, as work rows keep it, and back; what is no such text is `internal`.
std::string to_text(const base::Error& error);
base::Error parse_fault(std::string_view text);

}  // namespace flow
