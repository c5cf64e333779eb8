#include "cache/memory_cache.hpp"

#include "cache/cache_conformance.hpp"

namespace cache {
namespace {

class MemoryUnderTest final : public CacheUnderTest {
  public:
    Cache& cache() override { return *cache_; }
    void wait(std::chrono::milliseconds time) override { clock_.advance(time); }

  private:
    base::ManualClock clock_;
    std::unique_ptr<Cache> cache_ = open_cache({"memory", std::size_t{4} << 20U}, clock_).value();
};

INSTANTIATE_TEST_SUITE_P(Adapters, CacheConformance,
                         testing::Values(CacheCase{"memory", [] { return std::make_unique<MemoryUnderTest>(); }}),
                         case_name);

constexpr std::size_t capacity_bytes = std::size_t{2} << 20U;
constexpr std::chrono::hours hour{1};

class MemoryCacheTest : public testing::Test {
  protected:
    base::ManualClock clock_;
    std::unique_ptr<Cache> cache_ = open_cache({"memory", capacity_bytes}, clock_).value();
    std::unique_ptr<TenantCache> tenant_ = cache_->tenant("acme").value();

    [[nodiscard]] std::size_t count(int entries) const {
        std::size_t there = 0;
        for (int entry = 0; entry < entries; ++entry)
            there += static_cast<std::size_t>(tenant_->get(std::to_string(entry))->has_value());
        return there;
    }
};

TEST_F(MemoryCacheTest, ForgetsWhatWasNotUsedForLongest) {
    const std::string value(500 * 1024, 'x');
    for (const char* key : {"a", "b", "c", "d"})
        ASSERT_TRUE(tenant_->set(key, value, hour));
    ASSERT_TRUE(tenant_->get("a")->has_value()) << "which is a use";
    ASSERT_TRUE(tenant_->set("e", value, hour));
    EXPECT_FALSE(tenant_->get("b")->has_value());
    for (const char* key : {"a", "c", "d", "e"})
        EXPECT_TRUE(tenant_->get(key)->has_value()) << key;
}

TEST_F(MemoryCacheTest, NeverHoldsMoreThanItsCapacity) {
    for (int entry = 0; entry < 40'000; ++entry)
        ASSERT_TRUE(tenant_->set(std::to_string(entry), "", hour));
    const std::size_t there = count(40'000);
    EXPECT_LE(there * entry_overhead_bytes, capacity_bytes) << "empty values have their cost as well";
    EXPECT_GT(there, 11'000U);
    for (int round = 0; round < 40'000; ++round)
        ASSERT_TRUE(tenant_->set("same", std::string(9, 'x'), hour));
    EXPECT_GT(count(40'000), 11'000U) << "replacing costs nothing";
}

TEST(OpenCache, NamesTheAdaptersItHas) {
    const base::ManualClock clock;
    EXPECT_EQ(open_cache({"paper", capacity_bytes}, clock).error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(open_cache({"memory", 1000}, clock).error().code, base::ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace cache
