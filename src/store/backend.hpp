// What an adapter implements: connections that run one statement at a time in transactions. Everything else of the
// store is written once, in SQL that both dialects understand, above this.
//
// A statement is standard DML (`on conflict … do update/nothing` and `returning` included) with named parameters
// (`:id`) and these tokens, which an adapter replaces:
//   {now_ms}       the database's own clock, milliseconds since 1970
//   {for_update}   at the end of a select in a write transaction: keeps the rows from others until it ends
//   {skip_locked}  the same, leaving out rows that others keep
//   {blob}         column type for bytes       {clustered}  at the end of a create table: rows lie in the order of the
//   primary key
// Column types besides {blob}: text, bigint, double precision.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "store/value.hpp"

namespace store {

/// A point in the history of commits, for reading one's own writes on a replica. Larger is later; 0 is the beginning.
struct Position {
    std::uint64_t value = 0;
    auto operator<=>(const Position&) const = default;
};

enum class Mode : std::uint8_t { read, write };

struct Outcome {
    Rows rows;
    std::int64_t changed = 0;  // rows that an insert, update or delete touched
};

/// A result of more rows than this is refused: page through it.
inline constexpr std::size_t most_rows = 100'000;

/// One thread at a time.
class Connection {
  public:
    virtual ~Connection() = default;
    /// Errors: database_busy (others hold the database for longer than the time-out), database_corrupt,
    /// database_failed.
    virtual base::Result<void> begin(Mode mode, Position after) = 0;
    /// Parameters and the statement's names must match exactly. Errors: those of begin; conflict (a unique key is there
    /// already), disk_full, internal (the statement or its parameters are wrong; a write in a read transaction; too
    /// many rows).
    virtual base::Result<Outcome> run(std::string_view sql, std::span<const Parameter> parameters) = 0;
    /// Several statements without parameters, for migrations.
    virtual base::Result<void> run_script(std::string_view sql) = 0;
    /// Durable when it returns. After an error nothing of the transaction remains.
    virtual base::Result<Position> commit() = 0;
    virtual void rollback() = 0;
};

/// Any thread.
class Backend {
  public:
    virtual ~Backend() = default;
    virtual base::Result<std::unique_ptr<Connection>> connect() = 0;
    /// Looks at the whole database. Errors: database_corrupt, database_failed.
    virtual base::Result<void> verify() = 0;
};

}  // namespace store
