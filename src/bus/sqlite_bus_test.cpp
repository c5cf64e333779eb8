#include "bus/sqlite_bus.hpp"

#include <fstream>

#include <sqlite3.h>

#include "bus/bus_processes_conformance.hpp"
#include "bus/schema.hpp"

namespace bus {
namespace {

namespace fs = std::filesystem;

class SqliteUnderTest final : public BusUnderTest {
  public:
    SqliteUnderTest() {
        std::string name = (fs::path(testing::TempDir()) / "bus-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~SqliteUnderTest() override { fs::remove_all(folder_); }
    SqliteUnderTest(const SqliteUnderTest&) = delete;
    SqliteUnderTest& operator=(const SqliteUnderTest&) = delete;

    std::unique_ptr<Bus> open(const Settings& settings, const Surroundings& surroundings) override {
        return open_bus(config(settings), surroundings).value();
    }
    [[nodiscard]] Config config(const Settings& settings = {}) const {
        Config config;
        config.location = file();
        config.partitions = settings.partitions;
        config.lease = settings.lease;
        config.retention = settings.retention;
        return config;
    }
    [[nodiscard]] std::string file() const { return (folder_ / "bus.sqlite").string(); }

  private:
    fs::path folder_;
};

const BusCase sqlite_case{"sqlite", [] { return std::make_unique<SqliteUnderTest>(); }};
INSTANTIATE_TEST_SUITE_P(Adapters, BusConformance, testing::Values(sqlite_case), case_name);
INSTANTIATE_TEST_SUITE_P(Adapters, BusProcessesConformance, testing::Values(sqlite_case), case_name);

class SqliteBusTest : public testing::Test {
  protected:
    SqliteUnderTest under_test_;
    runtime::SharedClock clock_;
    base::SeededRandom random_{3};
    ManualExecutor executor_{clock_};

    [[nodiscard]] base::Result<std::unique_ptr<Bus>> open(const Config& config) {
        return open_bus(config, {clock_, random_, executor_});
    }
};

TEST_F(SqliteBusTest, NamesTheAdaptersItHasAndChecksItsValues) {
    Config config = under_test_.config();
    config.adapter = "pigeon";
    EXPECT_EQ(open(config).error().code, ErrorCode::invalid_argument);
    for (const std::uint32_t partitions : {0U, 1025U}) {
        EXPECT_EQ(open(under_test_.config({.partitions = partitions})).error().code, ErrorCode::invalid_argument);
    }
    config = under_test_.config();
    config.location.clear();
    EXPECT_EQ(open(config).error().code, ErrorCode::invalid_argument);
    config.location = "/dev/null/bus.sqlite";
    EXPECT_EQ(open(config).error().code, ErrorCode::bus_failed);
}

TEST_F(SqliteBusTest, TellsAFileThatIsNoneOrOfALaterVersion) {
    std::ofstream(under_test_.file()) << std::string(8192, 'x');
    EXPECT_EQ(open(under_test_.config()).error().code, ErrorCode::bus_corrupt);
    fs::remove(under_test_.file());
    ASSERT_TRUE(open(under_test_.config()));
    ASSERT_TRUE(SqliteFile::open(under_test_.file(), Durability::ordered).value()->script("pragma user_version = 9"));
    EXPECT_EQ(open(under_test_.config()).error().code, ErrorCode::database_newer);
}

TEST_F(SqliteBusTest, AFullDiskIsToldAndTakesNothing) {
    const auto bus = open(under_test_.config()).value();
    const std::vector<Message> small{{"small", "t", "k", "v"}};
    ASSERT_TRUE(bus->publish(small));
    // SQLite's own limit of pages stands in for the disk's.
    const auto file = SqliteFile::open(under_test_.file(), Durability::every_commit).value();
    ASSERT_TRUE(file->script("pragma max_page_count = 1"));
    const auto filled = file->run("insert into topics (name, partitions) values (zeroblob(100000), 1)");
    ASSERT_FALSE(filled);
    EXPECT_EQ(filled.error().code, ErrorCode::disk_full);
    EXPECT_EQ(file->number("select count(*) from topics").value(), 1);
}

TEST_F(SqliteBusTest, APartitionsRecordsAreOneRange) {
    EXPECT_EQ(place_of(1, 0) - place_of(0, (std::int64_t{1} << offset_bits) - 1), 1);
    EXPECT_EQ(offset_of(place_of(7, 123'456'789)), 123'456'789);
    EXPECT_EQ(hash_of(""), 0xcbf29ce484222325U);
    EXPECT_EQ(hash_of("a"), 0xaf63dc4c8601ec8cU) << "the published test value of FNV-1a";
}

}  // namespace
}  // namespace bus
