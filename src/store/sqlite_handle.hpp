// Private to the SQLite adapter: a connection's handle, its cached statements, and SQLite's result codes as ours.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "store/backend.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace store {

struct SqliteClose {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
};

/// One thread at a time.
class SqliteHandle {
  public:
    /// Errors: database_failed, database_corrupt.
    static base::Result<SqliteHandle> open(const std::string& file);

    /// Runs one statement to its end. `read_only` refuses one that writes. Errors: as Connection::run.
    base::Result<Outcome> run(std::string_view sql, std::span<const Parameter> parameters, bool read_only);
    /// Any number of statements without parameters.
    base::Result<void> run_script(const std::string& sql);
    [[nodiscard]] sqlite3* get() const { return database_.get(); }
    /// What SQLite's last call on this handle was about. Errors: all of it.
    [[nodiscard]] std::unexpected<base::Error> failure(int code, std::string_view what) const;

  private:
    explicit SqliteHandle(sqlite3* database) : database_(database) {}
    base::Result<sqlite3_stmt*> prepared(std::string_view sql);
    base::Result<void> bind(sqlite3_stmt* statement, std::span<const Parameter> parameters) const;
    base::Result<Outcome> step_through(sqlite3_stmt* statement) const;

    using Statement = std::unique_ptr<sqlite3_stmt, SqliteClose>;
    std::unique_ptr<sqlite3, SqliteClose> database_;
    std::map<std::string, Statement, std::less<>> statements_;  // ends before the database does
};

/// The statement in SQLite's words: the tokens of backend.hpp replaced.
std::string in_sqlite(std::string_view sql);

}  // namespace store
