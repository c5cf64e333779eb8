#include "model/tenant.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using namespace model;
using enum TenantState;

TEST(Tenant, FollowsTheTableOfTransitions) {
    const TenantChange changes[] = {TenantSuspended{}, TenantResumed{},         MoveBegun{},
                                    MoveAbandoned{},   MoveFinished{"eu", "2"}, TenantClosed{}};
    const std::optional<TenantState> no;
    const std::pair<TenantState, std::vector<std::optional<TenantState>>> table[] = {
        //           suspended  resumed move    abandon finish closed
        {active, {suspended, active, moving, active, no, closing}},
        {suspended, {suspended, active, no, no, no, closing}},
        {moving, {no, no, moving, active, moved, no}},
        {moved, {no, no, no, no, no, no}},
        {closing, {no, no, no, no, no, closing}},
    };
    for (const auto& [from, row] : table) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto after = model::apply(Tenant{"acme", "us", "1", 3, from, 7}, changes[i]);
            ASSERT_EQ(after.has_value(), row[i].has_value()) << state_name(from) << ", change " << i;
            if (!after) continue;
            EXPECT_EQ(after->state, *row[i]);
            EXPECT_EQ(after->row_version, after->state == from ? 7 : 8);
            EXPECT_EQ(after->epoch, after->state == moved ? 4 : 3);
        }
    }
}

TEST(Tenant, AMoveSaysWhereItWent) {
    const auto after = model::apply(Tenant{"acme", "us", "1", 3, moving}, MoveFinished{"eu", "2"});
    EXPECT_EQ(after->region, "eu");
    EXPECT_EQ(after->shard, "2");
}

TEST(Tenant, AdmitsByState) {
    const std::tuple<TenantState, std::optional<ErrorCode>, std::optional<ErrorCode>> table[] = {
        {active, std::nullopt, std::nullopt},
        {suspended, std::nullopt, ErrorCode::tenant_suspended},
        {moving, std::nullopt, ErrorCode::tenant_moved},
        {moved, ErrorCode::tenant_moved, ErrorCode::tenant_moved},
        {closing, ErrorCode::not_found, ErrorCode::not_found},
    };
    const auto code = [](const base::Result<void>& result) {
        return result ? std::nullopt : std::optional(result.error().code);
    };
    for (const auto& [state, read, write] : table) {
        const Tenant tenant{"acme", "us", "1", 1, state};
        EXPECT_EQ(code(admits(tenant, Access::read)), read) << state_name(state);
        EXPECT_EQ(code(admits(tenant, Access::write)), write) << state_name(state);
        EXPECT_EQ(parse_tenant_state(state_name(state)), state);
    }
}

TEST(TenantId, IsSafeInPathsAndHeaders) {
    for (const std::string& good : {std::string("default"), std::string("A-1_b.c"), std::string(64, 'x')}) {
        EXPECT_TRUE(is_tenant_id(good)) << good;
    }
    for (const std::string& bad : {std::string(), std::string(65, 'x'), std::string("a/b"), std::string(".."),
                                   std::string("."), std::string("a b"), std::string("é"), std::string("a\0b", 3)}) {
        EXPECT_FALSE(is_tenant_id(bad)) << bad;
    }
}

}  // namespace
