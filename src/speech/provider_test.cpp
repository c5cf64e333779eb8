#include "speech/provider.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace speech {
namespace {

CudaProbe machine(const std::string& library, const std::string& driver) {
    return {.library = [library] { return library; }, .driver = [driver] { return driver; }};
}

TEST(Provider, HasThreeNames) {
    EXPECT_EQ(parse_provider("cpu"), WantedProvider::cpu);
    EXPECT_EQ(parse_provider("cuda"), WantedProvider::cuda);
    EXPECT_EQ(parse_provider("auto"), WantedProvider::automatic);
    EXPECT_EQ(parse_provider("gpu").error().code, base::ErrorCode::invalid_argument);
}

TEST(Provider, IsCudaWhereItIsAskedForAndWorks) {
    const CudaProbe good = machine("", "");
    EXPECT_EQ(choose_provider(WantedProvider::cuda, good)->provider, Provider::cuda);
    EXPECT_EQ(choose_provider(WantedProvider::automatic, good)->provider, Provider::cuda);
    EXPECT_EQ(choose_provider(WantedProvider::automatic, good)->told, "");
    EXPECT_EQ(choose_provider(WantedProvider::cpu, good)->provider, Provider::cpu);
}

TEST(Provider, TellsWhatIsMissing) {
    for (const CudaProbe& probe : {machine("no library", ""), machine("no library", "no driver")}) {
        const auto chosen = choose_provider(WantedProvider::automatic, probe);
        EXPECT_EQ(chosen->provider, Provider::cpu);
        EXPECT_EQ(chosen->told, "no CUDA, the CPU is used: no library");
    }
    EXPECT_TRUE(choose_provider(WantedProvider::automatic, machine("", "no driver"))->told.contains("no driver"));
    const auto demanded = choose_provider(WantedProvider::cuda, machine("", "no driver"));
    ASSERT_FALSE(demanded);
    EXPECT_EQ(demanded.error().code, base::ErrorCode::unavailable);
    EXPECT_TRUE(demanded.error().message.contains("no driver"));
}

// On any machine: without the library beside it, with it, and with whatever driver this machine has.
TEST(Provider, IsLookedForOnThisMachine) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("vt-provider-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    EXPECT_TRUE(cuda_of_this_machine(folder).library().contains("libonnxruntime_providers_cuda.so"));
    std::ofstream(folder / "libonnxruntime_providers_cuda.so").put('x');
    EXPECT_EQ(cuda_of_this_machine(folder).library(), "");
    const std::string driver = cuda_of_this_machine(folder).driver();
    EXPECT_EQ(cuda_of_this_machine(folder).driver(), driver);
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace speech
