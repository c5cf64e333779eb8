#include "store/crash_conformance.hpp"
#include "store/store_conformance.hpp"
#include "store/work_conformance.hpp"

namespace store {
namespace {

const ConformanceAdapter sqlite{"sqlite", [](const std::filesystem::path& folder) {
                                    return DatabaseConfig{.adapter = "sqlite",
                                                          .location = folder / "data" / "platform.db"};
                                }};

std::string name_of(const testing::TestParamInfo<ConformanceAdapter>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(sqlite), name_of);
INSTANTIATE_TEST_SUITE_P(Sqlite, WorkConformance, testing::Values(sqlite), name_of);
INSTANTIATE_TEST_SUITE_P(Sqlite, CrashConformance, testing::Values(sqlite), name_of);

}  // namespace
}  // namespace store
