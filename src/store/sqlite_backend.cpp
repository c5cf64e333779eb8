#include "store/sqlite_backend.hpp"

#include <cerrno>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>

#include "base/rfc3339.hpp"
#include "runtime/descriptor.hpp"
#include "store/sqlite_handle.hpp"

namespace store {
namespace {

using base::ErrorCode;
using base::fail;
using std::chrono::milliseconds;

constexpr std::int64_t application_id = 0x56547273;  // "VTrs" in the file's header
constexpr std::uintmax_t quick_check_limit_bytes = std::uintmax_t{64} << 20U;

// The writers of this process, one at a time: they wake each other at once, while SQLite's lock is only looked at now
// and then.
class WriterGate {
  public:
    bool enter(milliseconds timeout) {
        std::unique_lock lock(mutex_);
        if (!free_.wait_for(lock, timeout, [this] { return !taken_; })) return false;
        taken_ = true;
        return true;
    }
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            taken_ = false;
        }
        free_.notify_one();
    }

  private:
    std::mutex mutex_;
    std::condition_variable free_;
    bool taken_ = false;
};

struct Shared {
    SqliteOptions options;
    const base::Clock& clock;
    WriterGate gate;
};

void tell_now_ms(sqlite3_context* context, int, sqlite3_value**) {
    const auto* shared = static_cast<const Shared*>(sqlite3_user_data(context));
    sqlite3_result_int64(context, base::to_unix_ms(shared->clock.utc_now()));
}

// Other processes hold the lock for about a millisecond at a time, so it is tried again every millisecond; SQLite's own
// handler backs off to 100 ms and starves whoever waits.
int wait_for_lock(void* context, int tries) {
    const auto* shared = static_cast<const Shared*>(context);
    if (tries >= shared->options.busy_timeout.count()) return 0;
    sqlite3_sleep(1);
    return 1;
}

class SqliteConnection final : public Connection {
  public:
    SqliteConnection(std::shared_ptr<Shared> shared, SqliteHandle handle)
        : shared_(std::move(shared)), handle_(std::move(handle)) {}
    ~SqliteConnection() override { rollback(); }
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    base::Result<void> begin(Mode mode, Position) override {
        mode_ = mode;
        if (mode == Mode::write && !shared_->gate.enter(shared_->options.busy_timeout)) {
            return fail(ErrorCode::database_busy,
                        "another transaction of this process holds the database for too long");
        }
        in_gate_ = mode == Mode::write;
        auto begun = control(mode == Mode::write ? "begin immediate" : "begin");
        if (!begun) leave_gate();
        return begun;
    }

    base::Result<Outcome> run(std::string_view sql, std::span<const Parameter> parameters) override {
        return handle_.run(sql, parameters, mode_ == Mode::read);
    }

    base::Result<void> run_script(std::string_view sql) override { return handle_.run_script(std::string(sql)); }

    base::Result<Position> commit() override {
        if (auto ended = control("commit"); !ended) {
            rollback();
            return std::unexpected(std::move(ended.error()));
        }
        leave_gate();
        return Position{};  // there is one copy of the data: every read sees every commit
    }

    void rollback() override {
        // SQLite has already undone a transaction that met some errors, such as a full disk.
        if (sqlite3_get_autocommit(handle_.get()) == 0)
            sqlite3_exec(handle_.get(), "rollback", nullptr, nullptr, nullptr);
        leave_gate();
    }

  private:
    base::Result<void> control(std::string_view sql) {
        const auto done = handle_.run(sql, {}, false);
        if (!done) return std::unexpected(done.error());
        return {};
    }
    void leave_gate() {
        if (std::exchange(in_gate_, false)) shared_->gate.leave();
    }

    std::shared_ptr<Shared> shared_;
    SqliteHandle handle_;
    Mode mode_ = Mode::read;
    bool in_gate_ = false;
};

base::Result<std::int64_t> number_of(SqliteHandle& handle, std::string_view pragma, std::string_view column) {
    const auto outcome = handle.run(pragma, {}, false);
    if (!outcome) return std::unexpected(outcome.error());
    return outcome->rows.empty() ? 0 : outcome->rows.front().integer(column);
}

base::Result<void> prepare(SqliteHandle& handle, Shared& shared) {
    sqlite3_busy_handler(handle.get(), wait_for_lock, &shared);
    sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_create_function_v2(handle.get(), "now_ms", 0, SQLITE_UTF8, &shared, tell_now_ms, nullptr, nullptr, nullptr);
    const std::string synchronous = shared.options.durable ? "full" : "off";
    return handle.run_script("pragma synchronous = " + synchronous +
                             "; pragma foreign_keys = on; pragma cell_size_check = on; pragma trusted_schema = off;"
                             " pragma temp_store = memory; pragma journal_size_limit = 67108864");
}

base::Result<SqliteHandle> connect_to(Shared& shared) {
    auto handle = SqliteHandle::open(shared.options.file);
    if (!handle) return handle;
    if (auto prepared = prepare(*handle, shared); !prepared) return std::unexpected(std::move(prepared.error()));
    return handle;
}

// A new file is for its owner only; SQLite gives the same rights to the files beside it.
base::Result<void> make_file(const std::string& file) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
    const runtime::Descriptor made(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!made.is_open()) return base::fail_errno(ErrorCode::database_failed, "cannot make the database " + file, errno);
    return {};
}

// An empty file becomes ours; anything else must be ours already.
base::Result<void> claim_file(SqliteHandle& handle, const SqliteOptions& options) {
    const auto pages = number_of(handle, "pragma page_count", "page_count");
    if (!pages) return std::unexpected(pages.error());
    if (*pages == 0 && options.create) {
        return handle.run_script("pragma application_id = " + std::to_string(application_id) +
                                 "; pragma journal_mode = wal");
    }
    const auto id = number_of(handle, "pragma application_id", "application_id");
    if (!id) return std::unexpected(id.error());
    if (*id == application_id) return {};
    if (*pages == 0)
        return fail(ErrorCode::database_outdated, "the database is empty; run \"video-transcriber migrate\" first");
    return fail(ErrorCode::database_corrupt,
                options.file + " is not a database of this program; name another file, or restore it");
}

base::Result<void> look_for_damage(SqliteHandle& handle, std::string_view pragma, std::string_view column) {
    const auto outcome = handle.run(pragma, {}, true);
    if (!outcome) return std::unexpected(outcome.error());
    if (!outcome->rows.empty() && outcome->rows.front().text(column) == "ok") return {};
    const std::string what = outcome->rows.empty() ? "no answer" : outcome->rows.front().text(column);
    return fail(ErrorCode::database_corrupt,
                "the database is damaged (" + what + "); stop the platform and restore the newest backup");
}

class SqliteBackend final : public Backend {
  public:
    explicit SqliteBackend(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

    base::Result<std::unique_ptr<Connection>> connect() override {
        auto handle = connect_to(*shared_);
        if (!handle) return std::unexpected(std::move(handle.error()));
        return std::make_unique<SqliteConnection>(shared_, *std::move(handle));
    }

    base::Result<void> verify() override {
        auto handle = connect_to(*shared_);
        if (!handle) return std::unexpected(std::move(handle.error()));
        return look_for_damage(*handle, "pragma integrity_check(1)", "integrity_check");
    }

  private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace

base::Result<std::unique_ptr<Backend>> open_sqlite(const SqliteOptions& options, const base::Clock& clock) {
    std::error_code fault;
    if (!std::filesystem::exists(options.file, fault)) {
        if (!options.create) {
            return fail(ErrorCode::database_outdated,
                        "there is no database " + options.file + "; run \"video-transcriber migrate\" first");
        }
        if (auto made = make_file(options.file); !made) return std::unexpected(std::move(made.error()));
    }
    const std::shared_ptr<Shared> shared(new Shared{options, clock, {}});
    auto handle = connect_to(*shared);
    if (!handle) return std::unexpected(std::move(handle.error()));
    if (auto ours = claim_file(*handle, options); !ours) return std::unexpected(std::move(ours.error()));
    if (std::filesystem::file_size(options.file, fault) <= quick_check_limit_bytes) {
        if (auto whole = look_for_damage(*handle, "pragma quick_check(1)", "quick_check"); !whole) {
            return std::unexpected(std::move(whole.error()));
        }
    }
    return std::make_unique<SqliteBackend>(shared);
}

}  // namespace store
