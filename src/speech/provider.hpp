// Where networks run that sherpa-onnx reads: on the processor, or on a GPU through ONNX Runtime's CUDA provider.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace speech {

enum class Provider : std::uint8_t { cpu, cuda };

/// As it is asked for; `automatic` takes CUDA where it works.
enum class WantedProvider : std::uint8_t { cpu, cuda, automatic };

/// "cpu", "cuda" or "auto". Errors: invalid_argument.
base::Result<WantedProvider> parse_provider(std::string_view name);

/// What is asked of the machine: empty when it is there, or what is missing.
struct CudaProbe {
    std::function<std::string()> library;  // ONNX Runtime's CUDA provider, beside the program
    std::function<std::string()> driver;   // NVIDIA's driver with a GPU
};
/// The probe of this machine. `libraries` is the folder of libonnxruntime.so.
CudaProbe cuda_of_this_machine(const std::filesystem::path& libraries);

struct ChosenProvider {
    Provider provider = Provider::cpu;
    std::string told;  // a line for whoever runs it, when there is no CUDA although it may have been used; else empty
};
/// Errors: unavailable, when CUDA is demanded and is not there, with what is missing.
base::Result<ChosenProvider> choose_provider(WantedProvider wanted, const CudaProbe& probe);

}  // namespace speech
