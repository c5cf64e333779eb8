#include "base/error.hpp"

#include <cerrno>
#include <set>

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;

TEST(ErrorCatalogue, NamesEveryCodeOnceInSnakeCase) {
    std::set<std::string_view> names;
    for (const base::ErrorKind& kind : base::error_catalogue()) {
        EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
        EXPECT_EQ(kind.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << kind.name;
        EXPECT_GE(kind.http_status, 400);
        EXPECT_LT(kind.http_status, 600);
        EXPECT_FALSE(kind.title.empty());
        EXPECT_EQ(&base::describe(kind.code), &kind);
    }
}

TEST(FailErrno, TellsAFullDiskAsSuch) {
    for (const int reason : {ENOSPC, EDQUOT}) {
        const base::Result<int> result = base::fail_errno(ErrorCode::output_failed, "cannot write x", reason);
        EXPECT_EQ(result.error().code, ErrorCode::disk_full);
        EXPECT_TRUE(result.error().message.starts_with("cannot write x: "));
    }
}

TEST(FailErrno, KeepsTheCodeForOtherReasons) {
    const base::Result<int> result = base::fail_errno(ErrorCode::output_failed, "cannot write x", EACCES);
    EXPECT_EQ(result.error().code, ErrorCode::output_failed);
    EXPECT_EQ(result.error().message, "cannot write x: Permission denied");
}

}  // namespace
