// What every adapter of the cache port must do, as tests. An adapter includes this in one _test.cpp and instantiates
// it:
//
//   INSTANTIATE_TEST_SUITE_P(Memory, CacheConformance, testing::Values(CacheCase{"memory", make_cache}), case_name);
#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/fakes.hpp"
#include "cache/cache.hpp"
#include "runtime/ordered_pool.hpp"

namespace cache {

/// An empty cache with room for at least 4 MiB, and how time passes for it: a server has a clock of its own.
class CacheUnderTest {
  public:
    virtual ~CacheUnderTest() = default;
    virtual Cache& cache() = 0;
    virtual void wait(std::chrono::milliseconds time) = 0;
};

struct CacheCase {
    std::string name;
    std::function<std::unique_ptr<CacheUnderTest>()> make;
};

inline std::string case_name(const testing::TestParamInfo<CacheCase>& info) {
    return info.param.name;
}
inline std::ostream& operator<<(std::ostream& out, const CacheCase& value) {
    return out << value.name;
}

class CacheConformance : public testing::TestWithParam<CacheCase> {
  protected:
    static constexpr std::chrono::milliseconds long_time = std::chrono::minutes(10);
    static constexpr std::chrono::milliseconds short_time{400};

    std::unique_ptr<CacheUnderTest> under_test_ = GetParam().make();
    std::unique_ptr<TenantCache> tenant_ = under_test_->cache().tenant("acme").value();

    [[nodiscard]] std::string get(std::string_view key) const { return tenant_->get(key)->value_or("(none)"); }
    static base::ErrorCode code_of(const auto& result) {
        return result ? base::ErrorCode::internal : result.error().code;
    }
};

using base::ErrorCode;

TEST_P(CacheConformance, GivesBackWhatWasSet) {
    EXPECT_EQ(get("a"), "(none)");
    const std::string every_byte("\0\xff\r\n*", 5);
    ASSERT_TRUE(tenant_->set("a", every_byte, long_time));
    ASSERT_TRUE(tenant_->set(every_byte, "by any key", long_time));
    EXPECT_EQ(get("a"), every_byte);
    EXPECT_EQ(get(every_byte), "by any key");
    ASSERT_TRUE(tenant_->set("a", "", long_time));
    EXPECT_EQ(get("a"), "");
    ASSERT_TRUE(tenant_->remove("a"));
    EXPECT_EQ(get("a"), "(none)");
    EXPECT_TRUE(tenant_->remove("a")) << "absent is success";
    EXPECT_TRUE(under_test_->cache().check());
}

TEST_P(CacheConformance, ForgetsWhenTheTimeIsOver) {
    ASSERT_TRUE(tenant_->set("a", "x", short_time));
    ASSERT_TRUE(tenant_->set("b", "y", long_time));
    under_test_->wait(short_time / 2);
    EXPECT_EQ(get("a"), "x");
    ASSERT_TRUE(tenant_->set("c", "z", short_time));
    under_test_->wait(short_time / 2);
    EXPECT_EQ(get("a"), "(none)");
    EXPECT_EQ(get("c"), "z") << "set prolongs";
    EXPECT_EQ(get("b"), "y");
    ASSERT_TRUE(tenant_->set("for ever", "x", std::chrono::milliseconds::max()));
    EXPECT_EQ(get("for ever"), "x");
}

TEST_P(CacheConformance, AddsOnlyWhatIsAbsent) {
    EXPECT_TRUE(tenant_->add("a", "first", short_time).value());
    EXPECT_FALSE(tenant_->add("a", "second", long_time).value());
    EXPECT_EQ(get("a"), "first");
    under_test_->wait(short_time);
    EXPECT_TRUE(tenant_->add("a", "third", long_time).value()) << "and the refused call prolonged nothing";
    EXPECT_EQ(get("a"), "third");
}

TEST_P(CacheConformance, CountsInAFixedWindow) {
    EXPECT_EQ(tenant_->increment("hits", 1, short_time), 1);
    under_test_->wait(short_time / 2);
    EXPECT_EQ(tenant_->increment("hits", 5, long_time), 6);
    EXPECT_EQ(get("hits"), "6");
    under_test_->wait(short_time / 2);
    EXPECT_EQ(tenant_->increment("hits", -2, long_time), -2) << "the window began with the first";
}

TEST_P(CacheConformance, CountsOnlyNumbers) {
    ASSERT_TRUE(tenant_->set("text", "12 apples", long_time));
    EXPECT_EQ(code_of(tenant_->increment("text", 1, long_time)), ErrorCode::invalid_argument);
    EXPECT_EQ(get("text"), "12 apples");
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(tenant_->increment("many", most, long_time), most);
    EXPECT_EQ(code_of(tenant_->increment("many", 1, long_time)), ErrorCode::invalid_argument);
    EXPECT_EQ(get("many"), std::to_string(most));
    ASSERT_TRUE(tenant_->set("set", "41", long_time));
    EXPECT_EQ(tenant_->increment("set", 1, long_time), 42);
}

TEST_P(CacheConformance, KeepsTenantsApart) {
    const auto other = under_test_->cache().tenant("acmeb").value();
    ASSERT_TRUE(tenant_->set("bc", "mine", long_time));
    EXPECT_FALSE(other->get("c")->has_value());
    EXPECT_FALSE(other->get("bc")->has_value());
    EXPECT_TRUE(other->add("bc", "theirs", long_time).value());
    ASSERT_TRUE(other->remove("bc"));
    EXPECT_EQ(get("bc"), "mine");
    EXPECT_EQ(code_of(under_test_->cache().tenant("")), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(under_test_->cache().tenant(std::string(65, 'x'))), ErrorCode::invalid_argument);
}

TEST_P(CacheConformance, RefusesWhatIsOutOfBounds) {
    const std::string long_key(longest_key_bytes + 1, 'k');
    EXPECT_EQ(code_of(tenant_->get("")), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->get(long_key)), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->set(long_key, "x", long_time)), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->add("", "x", long_time)), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->remove("")), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->set("a", std::string(largest_value_bytes + 1, 'x'), long_time)),
              ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->set("a", "x", std::chrono::milliseconds(0))), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->increment("a", 1, std::chrono::milliseconds(-1))), ErrorCode::invalid_argument);
    EXPECT_TRUE(tenant_->set(std::string(longest_key_bytes, 'k'), std::string(largest_value_bytes, 'x'), long_time));
}

TEST_P(CacheConformance, IsAtomicForSeveralThreads) {
    runtime::Threads threads(4);
    runtime::OrderedPool<int> pool(threads, 4);
    for (int thread = 0; thread < 4; ++thread) {
        pool.submit([this] {
            const auto mine = under_test_->cache().tenant("acme").value();
            int added = 0;
            for (int round = 0; round < 500; ++round) {
                (void)mine->increment("sum", 1, long_time);
                if (mine->add("once/" + std::to_string(round), "x", long_time).value_or(false)) ++added;
            }
            return added;
        });
    }
    int added = 0;
    while (!pool.empty())
        added += pool.take();
    EXPECT_EQ(added, 500);
    EXPECT_EQ(get("sum"), "2000");
}

}  // namespace cache
