#include "store/sqlite_handle.hpp"

#include <algorithm>
#include <array>

#include <sqlite3.h>

namespace store {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::size_t most_statements = 200;

struct Token {
    std::string_view name;
    std::string_view text;
};

constexpr std::array tokens{Token{"{now_ms}", "now_ms()"}, Token{"{for_update}", ""}, Token{"{skip_locked}", ""},
                            Token{"{blob}", "blob"}, Token{"{clustered}", "without rowid"}};

ErrorCode code_of(int extended_code) {
    switch (extended_code & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::database_busy;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::database_corrupt;
        case SQLITE_FULL:
            return ErrorCode::disk_full;
        case SQLITE_CONSTRAINT:
            return extended_code == SQLITE_CONSTRAINT_PRIMARYKEY || extended_code == SQLITE_CONSTRAINT_UNIQUE
                       ? ErrorCode::conflict
                       : ErrorCode::internal;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_PROTOCOL:
        case SQLITE_NOMEM:
            return ErrorCode::database_failed;
        default:
            return ErrorCode::internal;
    }
}

struct Bind {
    sqlite3_stmt* statement;
    int place;
    int operator()(std::monostate) const { return sqlite3_bind_null(statement, place); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, place, number); }
    int operator()(double number) const { return sqlite3_bind_double(statement, place, number); }
    int operator()(const std::string& text) const {
        return sqlite3_bind_text64(statement, place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    int operator()(const Bytes& bytes) const {
        const char* data = bytes.data.empty() ? "" : bytes.data.data();  // a null pointer would be SQL's null
        return sqlite3_bind_blob64(statement, place, data, bytes.data.size(), SQLITE_STATIC);
    }
};

std::string copied(const void* data, int size_bytes) {
    return data == nullptr ? std::string()
                           : std::string(static_cast<const char*>(data), static_cast<std::size_t>(size_bytes));
}

Value value_at(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_column_int64(statement, column)};
        case SQLITE_FLOAT:
            return sqlite3_column_double(statement, column);
        case SQLITE_TEXT: {
            const void* text = sqlite3_column_text(statement, column);
            return copied(text, sqlite3_column_bytes(statement, column));
        }
        case SQLITE_BLOB: {
            const void* blob = sqlite3_column_blob(statement, column);
            return Bytes{copied(blob, sqlite3_column_bytes(statement, column))};
        }
        default:
            return {};
    }
}

std::vector<Value> row_of(sqlite3_stmt* statement) {
    const int count = sqlite3_column_count(statement);
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(count));
    for (int column = 0; column < count; ++column)
        values.push_back(value_at(statement, column));
    return values;
}

std::shared_ptr<const Row::Columns> columns_of(sqlite3_stmt* statement) {
    auto columns = std::make_shared<Row::Columns>();
    for (int column = 0; column < sqlite3_column_count(statement); ++column) {
        columns->emplace_back(sqlite3_column_name(statement, column));
    }
    return columns;
}

// A statement goes back to its beginning, with nothing bound, however its run ends.
class Reset {
  public:
    explicit Reset(sqlite3_stmt* statement) : statement_(statement) {}
    ~Reset() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
    Reset(const Reset&) = delete;
    Reset& operator=(const Reset&) = delete;

  private:
    sqlite3_stmt* statement_;
};

std::unexpected<base::Error> wrong(const std::string& what) {
    return fail(ErrorCode::internal, "the statement is wrong: " + what);
}

}  // namespace

std::string in_sqlite(std::string_view sql) {
    std::string text(sql);
    for (const Token& token : tokens) {
        for (std::size_t place = text.find(token.name); place != std::string::npos;
             place = text.find(token.name, place)) {
            text.replace(place, token.name.size(), token.text);
        }
    }
    return text;
}

void SqliteClose::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

void SqliteClose::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

base::Result<SqliteHandle> SqliteHandle::open(const std::string& file) {
    sqlite3* database = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    SqliteHandle handle(database);
    if (database == nullptr) return fail(ErrorCode::database_failed, "there is no memory for the database");
    sqlite3_extended_result_codes(database, 1);
    if (code != SQLITE_OK) return handle.failure(code, "cannot open the database " + file);
    return handle;
}

std::unexpected<base::Error> SqliteHandle::failure(int code, std::string_view what) const {
    const int extended = std::max(code, sqlite3_extended_errcode(database_.get()));
    std::string message = std::string(what) + ": " + sqlite3_errmsg(database_.get());
    const ErrorCode kind = code_of(extended);
    if (kind == ErrorCode::database_corrupt) message += "; stop the platform and restore the newest backup";
    if (kind == ErrorCode::disk_full) message += "; free some space and try again";
    return fail(kind, std::move(message));
}

base::Result<sqlite3_stmt*> SqliteHandle::prepared(std::string_view sql) {
    const auto cached = statements_.find(sql);
    if (cached != statements_.end()) return cached->second.get();
    const std::string text = in_sqlite(sql);
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), text.c_str(), static_cast<int>(text.size()) + 1,
                                        SQLITE_PREPARE_PERSISTENT, &raw, &rest);
    Statement statement(raw);
    if (code != SQLITE_OK) return failure(code, "the database refuses a statement");
    if (raw == nullptr || std::string_view(rest).find_first_not_of(" \n\t;") != std::string_view::npos) {
        return wrong("there must be exactly one");
    }
    if (statements_.size() >= most_statements) statements_.clear();
    return statements_.emplace(sql, std::move(statement)).first->second.get();
}

base::Result<void> SqliteHandle::bind(sqlite3_stmt* statement, std::span<const Parameter> parameters) const {
    const int named = sqlite3_bind_parameter_count(statement);
    for (const Parameter& parameter : parameters) {
        const std::string name = ":" + std::string(parameter.name);
        const int place = sqlite3_bind_parameter_index(statement, name.c_str());
        if (place == 0) return wrong("it does not use " + name);
        if (const int code = std::visit(Bind{statement, place}, parameter.value.content()); code != SQLITE_OK) {
            return failure(code, "a parameter cannot be bound");
        }
    }
    for (int place = 1; place <= named; ++place) {
        const char* name = sqlite3_bind_parameter_name(statement, place);
        const bool given = name != nullptr && std::ranges::count_if(parameters, [&](const Parameter& parameter) {
                                                  return parameter.name == std::string_view(name).substr(1);
                                              }) == 1;
        if (!given)
            return wrong("one value must be given for " + std::string(name == nullptr ? "each parameter" : name));
    }
    return {};
}

base::Result<Outcome> SqliteHandle::step_through(sqlite3_stmt* statement) const {
    Outcome outcome;
    std::shared_ptr<const Row::Columns> columns;
    while (true) {
        const int code = sqlite3_step(statement);
        if (code == SQLITE_DONE) break;
        if (code != SQLITE_ROW) return failure(code, "the database did not do it");
        if (outcome.rows.size() == most_rows)
            return wrong("its result has more than " + std::to_string(most_rows) + " rows");
        if (columns == nullptr) columns = columns_of(statement);
        outcome.rows.emplace_back(columns, row_of(statement));
    }
    if (sqlite3_stmt_readonly(statement) == 0) outcome.changed = sqlite3_changes64(database_.get());
    return outcome;
}

base::Result<Outcome> SqliteHandle::run(std::string_view sql, std::span<const Parameter> parameters, bool read_only) {
    const auto statement = prepared(sql);
    if (!statement) return std::unexpected(statement.error());
    const Reset reset(*statement);
    if (read_only && sqlite3_stmt_readonly(*statement) == 0) return wrong("it writes in a transaction that reads");
    if (auto bound = bind(*statement, parameters); !bound) return std::unexpected(std::move(bound.error()));
    return step_through(*statement);
}

base::Result<void> SqliteHandle::run_script(const std::string& sql) {
    const int code = sqlite3_exec(database_.get(), in_sqlite(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failure(code, "the database did not do it");
    return {};
}

}  // namespace store
