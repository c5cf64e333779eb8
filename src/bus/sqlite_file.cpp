#include "bus/sqlite_file.hpp"

#include <tuple>

#include <sqlite3.h>

namespace bus {
namespace {

using base::ErrorCode;

constexpr int busy_timeout_ms = 10'000;

std::unexpected<base::Error> fault(sqlite3* file, int result) {
    const int kind = result & 0xff;
    const ErrorCode code = kind == SQLITE_FULL                               ? ErrorCode::disk_full
                           : kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB ? ErrorCode::bus_corrupt
                                                                             : ErrorCode::bus_failed;
    const char* text = file != nullptr ? sqlite3_errmsg(file) : sqlite3_errstr(result);
    return base::fail(code, "the file of the event bus: " + std::string(text));
}

int bind(sqlite3_stmt* statement, int place, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, place, *number);
    const auto text = std::get<std::string_view>(value);
    // An empty view may have no address, which SQLite would take for NULL.
    return sqlite3_bind_blob64(statement, place, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC);
}

}  // namespace

void CloseSqlite::operator()(sqlite3* file) const {
    sqlite3_close_v2(file);
}

void CloseSqlite::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Rows::~Rows() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

base::Result<bool> Rows::next() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result == SQLITE_DONE) return false;
    return fault(file_, result);
}

std::int64_t Rows::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string Rows::bytes(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string() : std::string(data, size);
}

base::Result<std::unique_ptr<SqliteFile>> SqliteFile::open(const std::filesystem::path& path, Durability durability) {
    sqlite3* opened = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int result = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
    std::unique_ptr<SqliteFile> file(new SqliteFile(opened));
    if (result != SQLITE_OK) return fault(opened, result);
    sqlite3_busy_timeout(opened, busy_timeout_ms);
    const char* synchronous =
        durability == Durability::every_commit ? "pragma synchronous = full" : "pragma synchronous = normal";
    for (const char* pragma : {"pragma journal_mode = wal", synchronous, "pragma journal_size_limit = 67108864",
                               "pragma cell_size_check = on", "pragma trusted_schema = off"}) {
        if (auto set = file->script(pragma); !set) return std::unexpected(set.error());
    }
    return file;
}

base::Result<sqlite3_stmt*> SqliteFile::prepare(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end()) return found->second.get();
    sqlite3_stmt* statement = nullptr;
    const int result = sqlite3_prepare_v3(file_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (result != SQLITE_OK) return fault(file_.get(), result);
    statements_.emplace(sql, statement);
    return statement;
}

base::Result<Rows> SqliteFile::query(std::string_view sql, std::initializer_list<Value> values) {
    const auto statement = prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    Rows rows(file_.get(), *statement);
    int place = 0;
    for (const Value& value : values) {
        if (const int result = bind(*statement, ++place, value); result != SQLITE_OK) return fault(file_.get(), result);
    }
    return rows;
}

base::Result<std::int64_t> SqliteFile::run(std::string_view sql, std::initializer_list<Value> values) {
    auto rows = query(sql, values);
    if (!rows) return std::unexpected(rows.error());
    while (true) {
        const auto more = rows->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) return sqlite3_changes64(file_.get());
    }
}

base::Result<std::int64_t> SqliteFile::number(std::string_view sql, std::initializer_list<Value> values,
                                              std::int64_t otherwise) {
    auto rows = query(sql, values);
    if (!rows) return std::unexpected(rows.error());
    const auto more = rows->next();
    if (!more) return std::unexpected(more.error());
    return *more ? rows->number(0) : otherwise;
}

base::Result<void> SqliteFile::script(const char* sql) {
    const int result = sqlite3_exec(file_.get(), sql, nullptr, nullptr, nullptr);
    if (result != SQLITE_OK) return fault(file_.get(), result);
    return {};
}

base::Result<Transaction> Transaction::begin(SqliteFile& file, Access access) {
    if (auto begun = file.run(access == Access::write ? "begin immediate" : "begin"); !begun)
        return std::unexpected(begun.error());
    return Transaction(file);
}

Transaction::~Transaction() {
    // What fails here has been rolled back by SQLite itself.
    if (file_ != nullptr) std::ignore = file_->run("rollback");
}

base::Result<void> Transaction::commit() {
    if (auto done = file_->run("commit"); !done) return std::unexpected(done.error());
    file_ = nullptr;
    return {};
}

}  // namespace bus
