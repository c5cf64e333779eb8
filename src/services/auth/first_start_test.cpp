// The first start: one tenant, one administrator, one key in its file, whoever starts and whatever crashes.
#include "services/auth/bootstrap.hpp"
#include "services/auth/test_auth.hpp"

namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

class FirstStart : public auth::AuthTest {
  protected:
    base::Result<void> start_again() { return auth::prepare(platform_.platform()); }
    std::int64_t rows_in(const std::string& table, const std::string& where = "") {
        auto transaction = platform_.platform().database.tenant("default").read();
        return (*transaction->query_one("select count(*) as n from " + table + " where tenant_id = :tenant" + where)
                     .value())
            .integer("n");
    }
    void execute(const std::string& sql) {
        auto transaction = platform_.platform().database.tenant("default").write();
        ASSERT_TRUE(transaction->execute(sql));
        ASSERT_TRUE(transaction->commit());
    }
};

TEST_F(FirstStart, MakesAnAdministratorWhoseKeyLiesInAFileOfTheOwnerAlone) {
    EXPECT_EQ(fs::status(key_file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_TRUE(first_key().starts_with("vt_local_default_"));
    const auto principal = sign_in(first_key());
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->tenant_id, "default");
    EXPECT_EQ(principal->roles, (std::set{model::Role::admin, model::Role::platform}));
    EXPECT_EQ(principal->scopes, (std::set<std::string, std::less<>>{"*"}));
    EXPECT_EQ(audited("key.create"), 1U);
}

TEST_F(FirstStart, FurtherStartsAndProcessesMakeNothing) {
    const std::string key = first_key();
    platform_.start_process();
    platform_.start_process();
    ASSERT_TRUE(start_again());
    EXPECT_EQ(first_key(), key);
    EXPECT_EQ(rows_in("auth_tenants"), 1);
    EXPECT_EQ(rows_in("auth_users"), 1);
    EXPECT_EQ(rows_in("auth_keys"), 1);
}

TEST_F(FirstStart, AKeyThatNobodyCanHaveIsReplaced) {
    const std::string lost = first_key();
    fs::remove(key_file());
    ASSERT_TRUE(start_again());
    EXPECT_NE(first_key(), lost);
    EXPECT_FALSE(sign_in(lost)) << "revoked";
    EXPECT_TRUE(sign_in(first_key()));
    EXPECT_EQ(rows_in("auth_users"), 1);
    EXPECT_EQ(rows_in("auth_keys", " and revoked_ms is null"), 1);
}

TEST_F(FirstStart, AFileOfAStartThatNeverCommittedIsReplaced) {
    ASSERT_TRUE(runtime::write_file(key_file(), "vt_local_default_of-a-start-that-crashed\n", true));
    ASSERT_TRUE(start_again());
    EXPECT_TRUE(sign_in(first_key()));
}

TEST_F(FirstStart, AKeyThatWasUsedStaysThoughItsFileIsGone) {
    const std::string key = first_key();
    ASSERT_TRUE(sign_in(key));
    platform_.clock().advance(std::chrono::seconds(6));
    platform_.settle();
    fs::remove(key_file());
    ASSERT_TRUE(start_again());
    EXPECT_FALSE(fs::exists(key_file()));
    EXPECT_TRUE(sign_in(key));
}

TEST_F(FirstStart, WhereTheFileCannotBeWrittenNothingIsMade) {
    const std::string key = first_key();
    fs::remove(key_file());
    fs::create_directory(key_file());  // no file can take its name, nor be read there
    EXPECT_EQ(start_again().error().code, ErrorCode::file_unreadable);
    execute("delete from auth_tenants where tenant_id = :tenant");
    execute("delete from auth_users where tenant_id = :tenant");
    execute("delete from auth_keys where tenant_id = :tenant");
    EXPECT_EQ(start_again().error().code, ErrorCode::output_failed);
    EXPECT_EQ(rows_in("auth_tenants"), 0) << "undone, so that the next start begins anew";
    EXPECT_EQ(rows_in("auth_keys"), 0);
    fs::remove(key_file());
    ASSERT_TRUE(start_again());
    EXPECT_TRUE(sign_in(first_key()));
}

}  // namespace
