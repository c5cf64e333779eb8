// What the conformance suite stands on: a fresh database of an adapter for each test, and children that run against it.
// For tests only.
#pragma once
#include <array>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <type_traits>

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "base/fakes.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/test_processes.hpp"
#include "store/database.hpp"
#include "store/relay.hpp"
#include "store/work.hpp"

namespace store {

/// An adapter under test.
struct ConformanceAdapter {
    std::string name;
    /// The configuration of a database that does not exist yet; the folder is empty and goes away afterwards.
    std::function<DatabaseConfig(const std::filesystem::path& folder)> configure;
};

inline void PrintTo(const ConformanceAdapter& adapter, std::ostream* out) {
    *out << adapter.name;
}

inline constexpr std::array demo_migrations{
    Migration{
        "demo", 1,
        "create table items (tenant_id text not null, id text not null, name text, size bigint, share double precision,"
        " content {blob}, primary key (tenant_id, id)) {clustered}"},
    Migration{"demo", 2,
              "create table results (tenant_id text not null, id text not null, owner text not null, primary key "
              "(tenant_id, id));"
              "create table counters (tenant_id text not null, id text not null, value bigint not null, primary key "
              "(tenant_id, id))"},
};

template <class T>
T must(base::Result<T> result) {
    if (!result)
        throw std::runtime_error(std::string(base::code_name(result.error().code)) + ": " + result.error().message);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Lets time pass without anything to wait for.
inline void pass(int time_ms) {
    poll(nullptr, 0, time_ms);
}

class StoreConformance : public testing::TestWithParam<ConformanceAdapter> {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
        config_ = GetParam().configure(folder_);
        must(migrate(config_, surroundings_, demo_migrations));
    }
    void TearDown() override {
        database_.reset();
        std::filesystem::remove_all(folder_);
    }

    /// This process's database on the manual clock.
    Database& database() {
        if (database_ == nullptr) database_ = must(Database::open(config_, surroundings_, demo_migrations));
        return *database_;
    }
    System claims() { return database().system(SystemCaller::claims); }
    System relay() { return database().system(SystemCaller::relay); }
    Transaction write(std::string_view tenant = "acme") { return must(database().tenant(tenant, origin_).write()); }
    ReadTransaction read(std::string_view tenant = "acme") { return must(database().tenant(tenant).read()); }

    /// One statement in a transaction of its own.
    void put(const std::string& id, std::string_view tenant = "acme") {
        Transaction transaction = write(tenant);
        must(transaction.execute(insert_item, {{"id", id}}));
        must(transaction.commit());
    }
    std::int64_t items(std::string_view tenant = "acme") {
        ReadTransaction transaction = read(tenant);
        return must(transaction.query_one("select count(*) as n from items where tenant_id = :tenant"))->integer("n");
    }

    /// A child that opens the database on the machine's clock and runs; its status is 0 when that gives true. This
    /// process must have no database open: locks do not survive a fork.
    [[nodiscard]] runtime::Child child(
        const std::function<bool(Database& database, const runtime::Report& report)>& body) const {
        return runtime::Child([config = config_, body](const runtime::Report& report) {
            const runtime::SystemClock clock;
            base::SeededRandom random(static_cast<std::uint64_t>(getpid()));
            const auto database = must(Database::open(config, {clock, random}, demo_migrations));
            return body(*database, report) ? 0 : 1;
        });
    }

    static constexpr std::string_view insert_item = "insert into items (tenant_id, id) values (:tenant, :id)";

    std::filesystem::path folder_;
    DatabaseConfig config_;
    base::ManualClock clock_;
    base::SeededRandom random_{1};
    int wakes_ = 0;
    std::function<base::Result<void>(std::string_view, model::Access)> admit_;
    Surroundings surroundings_{clock_, random_, nullptr,
                               [this](std::string_view tenant, model::Access access) -> base::Result<void> {
                                   if (admit_) return admit_(tenant, access);
                                   return {};
                               },
                               [this] { ++wakes_; }};
    Origin origin_{"demo", "correlation", "causation", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", 3};
    std::unique_ptr<Database> database_;
};

}  // namespace store
