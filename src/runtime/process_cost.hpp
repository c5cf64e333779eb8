// What this process and its ended children have used of the machine; for accounts of cost, never for decisions.
#pragma once
#include <cstdint>

namespace runtime {

struct ProcessCost {
    double cpu_seconds = 0;              // user and system, this process
    double children_cpu_seconds = 0;     // of children that have ended and were waited for
    std::int64_t peak_memory_bytes = 0;  // largest resident size so far
};

ProcessCost process_cost();

}  // namespace runtime
