// What the first start makes: the tenant "default", its administrator, and an API key for them.
#pragma once
#include "flow/service.hpp"

namespace auth {

/// Any number of processes may do this at once, at every start: one makes it all, under the database's lock, which it
/// holds until the key is in its file; so wherever a crash comes, either nothing was made or the file is there. A first
/// key whose file is not there (or holds another one) and that was never used is revoked and replaced. Errors: those of
/// the database and of runtime::write_file; file_unreadable.
base::Result<void> prepare(const flow::Platform& platform);

}  // namespace auth
