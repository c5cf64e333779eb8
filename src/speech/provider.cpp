#include "speech/provider.hpp"

#include <dlfcn.h>

namespace speech {
namespace {

constexpr const char* provider_library = "libonnxruntime_providers_cuda.so";

std::string find_library(const std::filesystem::path& libraries) {
    std::error_code ignored;
    const std::filesystem::path path = libraries / provider_library;
    if (std::filesystem::exists(path, ignored)) return {};
    return path.string() + " is not there (an ONNX Runtime that was built with CUDA has it)";
}

// The driver stays loaded: it does not like to be unloaded.
std::string find_driver() {
    void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (driver == nullptr) return "libcuda.so.1 cannot be loaded (NVIDIA's driver has it)";
    using Init = int (*)(unsigned);
    using Count = int (*)(int*);
    const auto init = reinterpret_cast<Init>(dlsym(driver, "cuInit"));
    const auto count_devices = reinterpret_cast<Count>(dlsym(driver, "cuDeviceGetCount"));
    if (init == nullptr || count_devices == nullptr) return "libcuda.so.1 is not NVIDIA's driver";
    if (const int fault = init(0); fault != 0)
        return "NVIDIA's driver does not start (cuInit gives " + std::to_string(fault) + ")";
    int devices = 0;
    if (count_devices(&devices) == 0 && devices > 0) return {};
    return "NVIDIA's driver finds no GPU";
}

}  // namespace

base::Result<WantedProvider> parse_provider(std::string_view name) {
    if (name == "cpu") return WantedProvider::cpu;
    if (name == "cuda") return WantedProvider::cuda;
    if (name == "auto") return WantedProvider::automatic;
    return base::fail(base::ErrorCode::invalid_argument, "the provider must be cpu, cuda or auto");
}

CudaProbe cuda_of_this_machine(const std::filesystem::path& libraries) {
    return {.library = [libraries] { return find_library(libraries); }, .driver = find_driver};
}

base::Result<ChosenProvider> choose_provider(WantedProvider wanted, const CudaProbe& probe) {
    if (wanted == WantedProvider::cpu) return ChosenProvider{};
    std::string missing = probe.library();
    if (missing.empty()) missing = probe.driver();
    if (missing.empty()) return ChosenProvider{Provider::cuda, ""};
    if (wanted == WantedProvider::automatic)
        return ChosenProvider{Provider::cpu, "no CUDA, the CPU is used: " + missing};
    return base::fail(base::ErrorCode::unavailable,
                      "CUDA is demanded, and " + missing + "; with the provider auto the CPU is used instead");
}

}  // namespace speech
