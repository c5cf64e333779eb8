#include "runtime/memory.hpp"

#include <malloc.h>

namespace runtime {
namespace {

constexpr int arenas = 4;
// From this size on a block is mapped by itself and unmapped when it is freed. Set by hand it also stays: glibc would
// raise it to the largest block that was ever freed.
constexpr int mapped_from_bytes = 4 << 20;
constexpr int kept_at_top_bytes = 4 << 20;

}  // namespace

void return_freed_memory() {
    mallopt(M_ARENA_MAX, arenas);
    mallopt(M_MMAP_THRESHOLD, mapped_from_bytes);
    mallopt(M_TRIM_THRESHOLD, kept_at_top_bytes);
}

}  // namespace runtime
