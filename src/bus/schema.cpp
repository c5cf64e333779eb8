#include "bus/schema.hpp"

namespace bus {
namespace {

constexpr std::int64_t version = 1;

// `claims` holds, for a group and a partition, the offset it reads next and who may read: owner, token and end of the
// lease.
constexpr const char* tables = R"(
create table topics (
    id integer primary key,
    name blob not null unique,
    partitions integer not null);
create table partitions (
    id integer primary key,
    topic integer not null references topics,
    number integer not null,
    first_offset integer not null,
    next_offset integer not null,
    bytes integer not null,
    last_ms integer not null,
    unique (topic, number));
create table records (
    place integer primary key,
    topic integer not null,
    id blob not null,
    key blob not null,
    value blob not null,
    published_ms integer not null,
    unique (topic, id));
create table claims (
    consumer_group blob not null,
    partition integer not null references partitions,
    committed integer not null,
    owner blob not null,
    token integer not null,
    expires_ms integer not null,
    primary key (consumer_group, partition)) without rowid;
create table members (
    consumer_group blob not null,
    topic integer not null references topics,
    owner blob not null,
    expires_ms integer not null,
    primary key (consumer_group, topic, owner)) without rowid;
pragma user_version = 1;
)";

base::Result<void> make_tables(SqliteFile& file) {
    auto transaction = Transaction::begin(file, Access::write);
    if (!transaction) return std::unexpected(transaction.error());
    const auto found = file.number("pragma user_version");  // another process may have been faster
    if (!found) return std::unexpected(found.error());
    if (*found == version) return {};
    if (auto made = file.script(tables); !made) return made;
    return transaction->commit();
}

}  // namespace

base::Result<void> prepare_schema(SqliteFile& file) {
    const auto found = file.number("pragma user_version");
    if (!found) return std::unexpected(found.error());
    if (*found == version) return {};
    if (*found == 0) return make_tables(file);
    return base::fail(base::ErrorCode::database_newer, "the file of the event bus was written by a later version (" +
                                                           std::to_string(*found) + "); run that one");
}

}  // namespace bus
