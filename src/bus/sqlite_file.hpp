// Private to the SQLite adapter: one connection with its statements, and SQLite's result codes as ours.
#pragma once
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace bus {

using Value = std::variant<std::int64_t, std::string_view>;

struct CloseSqlite {
    void operator()(sqlite3* file) const;
    void operator()(sqlite3_stmt* statement) const;
};

/// A statement that runs; it is ready for the next use when this goes out of scope.
class Rows {
  public:
    Rows(sqlite3* file, sqlite3_stmt* statement) : file_(file), statement_(statement) {}
    ~Rows();
    Rows(Rows&& other) noexcept : file_(other.file_), statement_(std::exchange(other.statement_, nullptr)) {}
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;
    Rows& operator=(Rows&&) = delete;

    /// Whether there is another row; then its columns can be read.
    base::Result<bool> next();
    [[nodiscard]] std::int64_t number(int column) const;
    [[nodiscard]] std::string bytes(int column) const;

  private:
    sqlite3* file_;
    sqlite3_stmt* statement_;
};

enum class Durability : std::uint8_t {
    every_commit,  // synced before commit returns
    ordered,       // a power cut may take the last commits, never the order of what is left
};

/// One thread at a time. Not to be carried through a fork.
class SqliteFile {
  public:
    /// Errors: bus_failed, bus_corrupt.
    static base::Result<std::unique_ptr<SqliteFile>> open(const std::filesystem::path& path, Durability durability);

    /// Texts are bound as bytes. The statement is kept for the next call, by its text.
    base::Result<Rows> query(std::string_view sql, std::initializer_list<Value> values = {});
    /// Runs to the end; how many rows it changed.
    base::Result<std::int64_t> run(std::string_view sql, std::initializer_list<Value> values = {});
    /// The first column of the first row; `otherwise` when there is none.
    base::Result<std::int64_t> number(std::string_view sql, std::initializer_list<Value> values = {},
                                      std::int64_t otherwise = 0);
    /// Any number of statements without values.
    base::Result<void> script(const char* sql);

  private:
    explicit SqliteFile(sqlite3* file) : file_(file) {}
    base::Result<sqlite3_stmt*> prepare(std::string_view sql);

    std::unique_ptr<sqlite3, CloseSqlite> file_;
    std::map<std::string, std::unique_ptr<sqlite3_stmt, CloseSqlite>, std::less<>> statements_;
};

enum class Access : std::uint8_t { read, write };

/// Rolls back when it goes out of scope without a commit.
class Transaction {
  public:
    /// A write begins with the lock (BEGIN IMMEDIATE), so that it never finds at its end that another was faster.
    static base::Result<Transaction> begin(SqliteFile& file, Access access);
    ~Transaction();
    Transaction(Transaction&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    Transaction& operator=(Transaction&&) = delete;
    base::Result<void> commit();

  private:
    explicit Transaction(SqliteFile& file) : file_(&file) {}
    SqliteFile* file_;
};

}  // namespace bus
