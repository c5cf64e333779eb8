#include "speech/dense.hpp"

#include <array>
#include <cstdlib>

namespace speech {
namespace {

#define VT_DENSE_NAMESPACE scalar
#define VT_DENSE_TARGET
#define VT_DENSE_LANES 4
#include "speech/dense_kernel.inl"
#undef VT_DENSE_NAMESPACE
#undef VT_DENSE_TARGET
#undef VT_DENSE_LANES

#if defined(__x86_64__)

#define VT_DENSE_NAMESPACE avx2
#define VT_DENSE_TARGET [[gnu::target("avx2,fma")]]
#define VT_DENSE_LANES 8
#include "speech/dense_kernel.inl"
#undef VT_DENSE_NAMESPACE
#undef VT_DENSE_TARGET
#undef VT_DENSE_LANES

#define VT_DENSE_NAMESPACE avx512
#define VT_DENSE_TARGET [[gnu::target("avx512f,fma")]]
#define VT_DENSE_LANES 16
#include "speech/dense_kernel.inl"
#undef VT_DENSE_NAMESPACE
#undef VT_DENSE_TARGET
#undef VT_DENSE_LANES

constexpr std::array profiles{NumericProfile{"avx512", avx512::dense}, NumericProfile{"avx2", avx2::dense},
                              NumericProfile{"scalar", scalar::dense}};

// Chosen here and not by the loader's ifuncs: those run before the sanitizers are ready.
std::size_t first_supported_profile() {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) return 0;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
    return 2;
}

std::string integer_extensions() {
    std::string text;
    if (__builtin_cpu_supports("avx512vnni")) text += "+vnni";
    if (__builtin_cpu_supports("avxvnni")) text += "+avxvnni";
    if (__builtin_cpu_supports("amx-int8")) text += "+amx";
    return text;
}

#else

constexpr std::array profiles{NumericProfile{"scalar", scalar::dense}};

std::size_t first_supported_profile() {
    return 0;
}

std::string integer_extensions() {
    return {};
}

#endif

}  // namespace

DenseLayer::DenseLayer(std::size_t inputs, std::size_t outputs)
    : inputs_(inputs),
      weights_(inputs * ((outputs + line_floats - 1) / line_floats), Line{}),
      bias_((outputs + line_floats - 1) / line_floats, Line{}) {}

std::span<const NumericProfile> numeric_profiles() {
    return std::span(profiles).subspan(first_supported_profile());
}

std::string processor_profile() {
    return std::string(numeric_profiles().front().name) + integer_extensions();
}

}  // namespace speech
