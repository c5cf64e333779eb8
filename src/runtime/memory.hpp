// How the heap of a long-lived process is kept.
#pragma once

namespace runtime {

/// What is freed goes back to the system instead of waiting in the heap of whichever thread it was made by: without it
/// a process of many threads grows for thousands of sessions, by what nobody uses. For the process that serves, before
/// it starts threads; a command that ends soon is faster without.
void return_freed_memory();

}  // namespace runtime
