#include "flow/faults.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace flow {
namespace {

using base::ErrorCode;

TEST(Faults, GoThroughAWorkRowAndBack) {
    const base::Error error{ErrorCode::media_corrupt, "no frame: at 3"};
    const base::Error back = parse_fault(to_text(error));
    EXPECT_EQ(back.code, ErrorCode::media_corrupt);
    EXPECT_EQ(back.message, "no frame: at 3");
    EXPECT_EQ(parse_fault("the lease of one expired").code, ErrorCode::internal);
    EXPECT_EQ(parse_fault("the lease of one expired").message, "the lease of one expired");
    EXPECT_EQ(parse_fault("").code, ErrorCode::internal);
    EXPECT_LT(to_text({ErrorCode::internal, std::string(100'000, 'x')}).size(), 2000U);
}

TEST(Faults, ExceptionsAreInternal) {
    const auto thrown = guarded([]() -> base::Result<int> { throw std::runtime_error("boom"); });
    EXPECT_EQ(thrown.error().code, ErrorCode::internal);
    EXPECT_NE(thrown.error().message.find("boom"), std::string::npos);
    EXPECT_EQ(guarded([]() -> base::Result<int> { throw 7; }).error().code, ErrorCode::internal);
    EXPECT_EQ(guarded([]() -> base::Result<int> { return 7; }), 7);
}

}  // namespace
}  // namespace flow
