// Locks the process up before it touches a byte that a stranger wrote.
//
// Afterwards it can read one descriptor at a given position, write to another, allocate memory up to a limit, and end.
// Every other system call ends it with SIGSYS: no sockets, no programs, no processes, no threads, no executable memory.
// The one exception is opening a file for reading, which fails with EPERM: the C library's character set conversion,
// which FFmpeg uses for the names of broadcast channels, tries it and goes on without. It dies with its parent, leaves
// no core, and gains no privileges. Linux only; for the whole process, for good.
#pragma once
#include "base/error.hpp"
#include "media/decode_limits.hpp"

namespace decode {

struct SandboxDescriptors {
    int input;   // pread only
    int output;  // write only
};

/// Call with a single thread. Errors: internal (the kernel refuses seccomp or a limit): then nothing may be decoded.
base::Result<void> enter_sandbox(const media::DecodeLimits& limits, SandboxDescriptors descriptors);

}  // namespace decode
