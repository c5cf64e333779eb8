// What the conformance suite stands on: a fresh database of an adapter for each test, and children that run against it.
// For tests only.
#pragma once
#include <array>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fakes.hpp"
#include "runtime/system_clock.hpp"
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

/// A forked process that runs `body` against a database it opens itself, and succeeds when that returns true. It is
/// killed and waited for when it goes out of scope. The forking process must have no database open: locks do not
/// survive a fork.
class Child {
  public:
    explicit Child(const std::function<bool(int pipe)>& body) {
        int ends[2] = {-1, -1};
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        pid_ = fork();
        if (pid_ == 0) {
            bool good = false;
            try {
                good = body(ends[1]);
            } catch (const std::exception& fault) {
                std::cerr << "child: " << fault.what() << '\n';
            }
            _exit(good ? 0 : 1);
        }
        close(ends[1]);
        pipe_ = ends[0];
    }
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), pipe_(std::exchange(other.pipe_, -1)) {}
    Child& operator=(Child&& other) noexcept {
        if (this == &other) return *this;
        end();
        pid_ = std::exchange(other.pid_, -1);
        pipe_ = std::exchange(other.pipe_, -1);
        return *this;
    }
    ~Child() { end(); }

    void signal(int number) const {
        if (pid_ > 0) ::kill(pid_, number);
    }
    /// Waits for its end; whether its body returned true.
    bool wait() {
        int status = 0;
        if (pid_ <= 0 || waitpid(pid_, &status, 0) != pid_) return false;
        pid_ = -1;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    /// The next number it told; none at its end or after the time.
    [[nodiscard]] std::optional<std::int64_t> hear(int timeout_ms) const {
        pollfd ready{pipe_, POLLIN, 0};
        std::int64_t number = 0;
        if (poll(&ready, 1, timeout_ms) != 1 || read(pipe_, &number, sizeof number) != sizeof number)
            return std::nullopt;
        return number;
    }
    static void tell(int pipe, std::int64_t number) {
        if (write(pipe, &number, sizeof number) != sizeof number) _exit(1);
    }

  private:
    void end() {
        signal(SIGKILL);
        wait();
        if (pipe_ >= 0) close(pipe_);
    }

    pid_t pid_ = -1;
    int pipe_ = -1;
};

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

    /// What a child does: opens the database on the machine's clock and runs.
    [[nodiscard]] std::function<bool(int)> with_database(const std::function<bool(Database&, int pipe)>& body) const {
        return [config = config_, body](int pipe) {
            const runtime::SystemClock clock;
            base::SeededRandom random(static_cast<std::uint64_t>(getpid()));
            const auto database = must(Database::open(config, {clock, random}, demo_migrations));
            return body(*database, pipe);
        };
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
