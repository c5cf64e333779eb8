// What only a file can suffer: damage, strangers, locks of other programs, rights.
#include "store/sqlite_backend.hpp"

#include <fstream>

#include <sqlite3.h>
#include <sys/stat.h>

#include "store/conformance_fixture.hpp"
#include "store/sqlite_handle.hpp"

namespace store {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

class SqliteFile : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "sqlite-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        config_ = {.location = folder_ / "platform.db", .busy_timeout = 50ms};
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    Surroundings surroundings() { return {clock_, random_}; }
    base::Result<std::unique_ptr<Database>> open() { return Database::open(config_, surroundings(), demo_migrations); }
    base::Result<std::int64_t> make() { return migrate(config_, surroundings(), demo_migrations); }

    void fill(int count) {
        const auto database = must(open());
        Transaction transaction = must(database->tenant("acme").write());
        for (int i = 0; i < count; ++i) {
            must(transaction.execute("insert into items (tenant_id, id, name) values (:tenant, :id, :name)",
                                     {{"id", transaction.new_id()}, {"name", std::string(50, 'x')}}));
            must(transaction.emit({.type = "demo.done", .natural_key = std::to_string(i), .partition_key = "p"}));
        }
        must(transaction.commit());
    }
    [[nodiscard]] std::string content() const {
        std::ifstream file(config_.location, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void replace_content(const std::string& bytes) const { std::ofstream(config_.location, std::ios::binary) << bytes; }

    /// The first error that opening, verifying and using the database gives; none when it seems whole.
    std::optional<ErrorCode> damage() {
        auto database = open();
        if (!database) return database.error().code;
        if (const auto whole = (*database)->verify(); !whole) return whole.error().code;
        return std::nullopt;
    }

    std::filesystem::path folder_;
    DatabaseConfig config_;
    base::ManualClock clock_;
    base::SeededRandom random_{3};
};

TEST_F(SqliteFile, IsNotMadeByOpening) {
    EXPECT_EQ(open().error().code, ErrorCode::database_outdated);
    EXPECT_FALSE(std::filesystem::exists(config_.location));
    must(make());
    EXPECT_TRUE(open());
}

TEST_F(SqliteFile, IsForItsOwnerOnly) {
    must(make());
    const auto database = must(open());
    must(database->tenant("acme").write());
    constexpr auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        EXPECT_EQ(entry.status().permissions() & others, std::filesystem::perms::none) << entry.path();
    }
}

TEST_F(SqliteFile, OfAnotherProgramIsLeftAlone) {
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(config_.location.c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "create table theirs (id)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(other);
    const std::string before = content();
    EXPECT_EQ(make().error().code, ErrorCode::database_corrupt);
    EXPECT_EQ(open().error().code, ErrorCode::database_corrupt);
    EXPECT_EQ(content(), before);
}

TEST_F(SqliteFile, ThatIsNoDatabaseIsCorrupt) {
    replace_content(
        "this is a text of some length that is no database at all, but long enough to have a header of 100 bytes and "
        "more");
    EXPECT_EQ(open().error().code, ErrorCode::database_corrupt);
    EXPECT_EQ(make().error().code, ErrorCode::database_corrupt);
}

TEST_F(SqliteFile, CannotBeMadeWhereNothingCanBeWritten) {
    config_.location = "/proc/nowhere/platform.db";
    EXPECT_EQ(make().error().code, ErrorCode::database_failed);
    config_.location.clear();
    EXPECT_EQ(make().error().code, ErrorCode::invalid_argument);
    config_ = {.adapter = "oracle", .location = "x"};
    EXPECT_EQ(make().error().code, ErrorCode::invalid_argument);
}

TEST_F(SqliteFile, LockedByAnotherProgramIsBusyForWritersOnly) {
    must(make());
    const auto database = must(open());
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(config_.location.c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "begin immediate", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_EQ(database->tenant("acme").write().error().code, ErrorCode::database_busy);
    EXPECT_TRUE(database->check());
    sqlite3_exec(other, "rollback", nullptr, nullptr, nullptr);
    sqlite3_close(other);
    EXPECT_TRUE(database->tenant("acme").write()) << "and a later try succeeds";
}

TEST_F(SqliteFile, ThatWasTruncatedIsCorrupt) {
    must(make());
    fill(200);
    const std::string whole = content();
    for (const double share : {0.9, 0.5, 0.2}) {
        replace_content(whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * share)));
        EXPECT_EQ(damage(), ErrorCode::database_corrupt) << share;
    }
}

// A page overwritten with noise is always noticed, and never crashes the program.
TEST_F(SqliteFile, WithAPageOfNoiseIsCorrupt) {
    must(make());
    fill(300);
    const std::string whole = content();
    constexpr std::size_t page_bytes = 4096;
    constexpr std::uint64_t seed = 11;
    base::SeededRandom random(seed);
    std::size_t unused = 0;
    for (std::size_t page = 0; page < whole.size() / page_bytes; ++page) {
        std::string noisy = whole;
        random.fill(std::as_writable_bytes(std::span(noisy)).subspan(page * page_bytes, page_bytes));
        replace_content(noisy);
        const auto seen = damage();
        EXPECT_EQ(seen, ErrorCode::database_corrupt) << "seed " << seed << ", page " << page;
        unused += seen ? 0U : 1U;
    }
    EXPECT_EQ(unused, 0U);
}

// Single flipped bytes: those in SQLite's structures are noticed; those inside a value are not SQLite's to know.
TEST_F(SqliteFile, WithAFlippedByteIsNoticedOrReadsOn) {
    must(make());
    fill(300);
    const std::string whole = content();
    constexpr std::uint64_t seed = 12;
    base::SeededRandom random(seed);
    int noticed = 0;
    for (int i = 0; i < 100; ++i) {
        std::string flipped = whole;
        flipped[random.below(flipped.size())] ^= static_cast<char>(1 + random.below(255));
        replace_content(flipped);
        const auto seen = damage();
        if (!seen) continue;
        EXPECT_TRUE(seen == ErrorCode::database_corrupt || seen == ErrorCode::database_newer ||
                    seen == ErrorCode::database_outdated || seen == ErrorCode::database_failed)
            << "seed " << seed << ", flip " << i << ": " << base::code_name(*seen);
        ++noticed;
    }
    std::cout << "noticed " << noticed << " of 100\n";
    EXPECT_GT(noticed, 10);
}

TEST(InSqlite, ReplacesEveryToken) {
    EXPECT_EQ(in_sqlite("a {now_ms} b {blob} {blob} c {for_update}{skip_locked}{clustered} {other}"),
              "a now_ms() b blob blob c without rowid {other}");
}

}  // namespace
}  // namespace store
