// The conformance suite of the store, first part: transactions, tenants, migrations, events, audit, idempotency. An
// adapter instantiates all parts with INSTANTIATE_TEST_SUITE_P(NAME, StoreConformance, …).
#pragma once
#include <limits>

#include "model/event.hpp"
#include "store/audit.hpp"
#include "store/conformance_fixture.hpp"
#include "store/housekeeping.hpp"
#include "store/idempotency.hpp"

namespace store {

using base::ErrorCode;
using namespace std::chrono_literals;

TEST_P(StoreConformance, CommitsAllOrNothing) {
    {
        Transaction transaction = write();
        must(transaction.execute(insert_item, {{"id", "a"}}));
        must(transaction.execute(insert_item, {{"id", "b"}}));
        EXPECT_EQ(items(), 0) << "nobody sees it before the commit";
        must(transaction.commit());
        EXPECT_EQ(transaction.commit().error().code, ErrorCode::internal) << "it has ended";
    }
    EXPECT_EQ(items(), 2);
    {
        Transaction dropped = write();
        must(dropped.execute(insert_item, {{"id", "c"}}));
    }
    EXPECT_EQ(items(), 2);
}

TEST_P(StoreConformance, AReadIsOneViewAndAReadAfterAPositionSeesIt) {
    ReadTransaction before = read();
    const auto count = [](ReadTransaction& transaction) {
        return must(transaction.query_one("select count(*) as n from items where tenant_id = :tenant"))->integer("n");
    };
    EXPECT_EQ(count(before), 0);
    Transaction writing = write();
    must(writing.execute(insert_item, {{"id", "a"}}));
    const Position position = must(writing.commit());
    EXPECT_EQ(count(before), 0) << "the same view to its end";
    ReadTransaction after = must(database().tenant("acme").read(position));
    EXPECT_EQ(count(after), 1);
}

TEST_P(StoreConformance, GivesBackEveryKindOfValue) {
    const std::string all_bytes = [] {
        std::string bytes;
        for (int byte = 0; byte < 256; ++byte)
            bytes += static_cast<char>(byte);
        return bytes;
    }();
    Transaction transaction = write();
    const auto put_item = [&](const char* id, Value name, Value size, Value share, Value content) {
        must(
            transaction.execute("insert into items (tenant_id, id, name, size, share, content)"
                                " values (:tenant, :id, :name, :size, :share, :content)",
                                {{"id", id}, {"name", name}, {"size", size}, {"share", share}, {"content", content}}));
    };
    put_item("1", "ä'\"; -- 😀", std::numeric_limits<std::int64_t>::min(), 0.1, Bytes{all_bytes});
    put_item("2", "", std::numeric_limits<std::int64_t>::max(), 1e300, Bytes{});
    put_item("3", Value(), std::optional<std::int64_t>(), Value(), Value());
    const Rows rows =
        must(transaction.query("select name, size, share, content from items where tenant_id = :tenant order by id"));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].text("name"), "ä'\"; -- 😀");
    EXPECT_EQ(rows[0].integer("size"), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(rows[0].real("share"), 0.1);
    EXPECT_EQ(rows[0].bytes("content").data, all_bytes);
    EXPECT_EQ(rows[1].text("name"), "");
    EXPECT_EQ(rows[1].integer("size"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(rows[1].bytes("content"), Bytes{});
    EXPECT_EQ(rows[2].optional_text("name"), std::nullopt);
    EXPECT_EQ(rows[2].optional_integer("size"), std::nullopt);
    EXPECT_TRUE(rows[2].is_null("content"));
    EXPECT_THROW(static_cast<void>(rows[0].text("size")), std::logic_error);
    EXPECT_THROW(static_cast<void>(rows[0].text("nothing")), std::logic_error);
}

TEST_P(StoreConformance, NoTenantSeesAnothersRows) {
    put("same", "acme");
    put("same", "other");
    put("more", "other");
    EXPECT_EQ(items("acme"), 1);
    EXPECT_EQ(items("other"), 2);
    Transaction transaction = write("acme");
    EXPECT_EQ(must(transaction.execute("delete from items where tenant_id = :tenant and id = :id", {{"id", "more"}})),
              0);
}

TEST_P(StoreConformance, RefusesStatementsThatAreNotSafe) {
    struct Fault {
        const char* sql;
        Parameters parameters;
    };
    const Fault faults[] = {
        {"select id from items", {}},
        {"select id from items where tenant_id = 'other'", {}},
        {"select id from items where tenant_id = :tenant", {{"tenant", "other"}}},
        {"select id from items where tenant_id = :tenant and id = :id", {}},
        {"select id from items where tenant_id = :tenant", {{"id", "a"}}},
        {"select id from items where tenant_id = :tenant and id = :id", {{"id", "a"}, {"id", "b"}}},
        {"delete from items where tenant_id = :tenant; delete from items", {}},
        {"selec :tenant", {}},
        {"", {}},
        {"commit", {}},
        {"drop table items", {}},
    };
    put("a");
    for (const Fault& fault : faults) {
        Transaction transaction = write();
        const auto result = transaction.query(fault.sql, fault.parameters);
        ASSERT_FALSE(result) << fault.sql;
        EXPECT_EQ(result.error().code, ErrorCode::internal) << fault.sql;
        EXPECT_FALSE(transaction.commit());
    }
    ReadTransaction reading = read();
    EXPECT_EQ(reading.query("delete from items where tenant_id = :tenant").error().code, ErrorCode::internal);
    EXPECT_EQ(items(), 1);
}

TEST_P(StoreConformance, DoesNothingMoreAfterTheFirstError) {
    put("a");
    Transaction transaction = write();
    must(transaction.execute(insert_item, {{"id", "b"}}));
    EXPECT_EQ(transaction.execute(insert_item, {{"id", "a"}}).error().code, ErrorCode::conflict);
    EXPECT_EQ(transaction.execute(insert_item, {{"id", "c"}}).error().code, ErrorCode::conflict);
    EXPECT_EQ(transaction.commit().error().code, ErrorCode::conflict);
    transaction = write();
    must(transaction.execute(insert_item, {{"id", "d"}}));
    static_cast<void>(transaction.abort({ErrorCode::precondition_failed, "changed meanwhile"}));
    EXPECT_EQ(transaction.commit().error().code, ErrorCode::precondition_failed);
    EXPECT_EQ(items(), 1);
}

TEST_P(StoreConformance, AsksWhetherTheTenantIsAdmitted) {
    admit_ = [](std::string_view tenant, model::Access access) {
        return model::admits({.id = std::string(tenant), .state = model::TenantState::moving}, access);
    };
    EXPECT_EQ(database().tenant("acme").write().error().code, ErrorCode::tenant_moved);
    EXPECT_TRUE(database().tenant("acme").read());
    for (const char* bad : {"", "a/b", ".."}) {
        EXPECT_EQ(database().tenant(bad).read().error().code, ErrorCode::invalid_argument) << bad;
    }
}

TEST_P(StoreConformance, SaysBusyWhenTooManyTransactionsAreOpen) {
    config_.most_connections = 3;
    std::vector<ReadTransaction> open;
    open.reserve(3);
    for (int i = 0; i < 3; ++i)
        open.push_back(read());
    EXPECT_EQ(database().tenant("acme").read().error().code, ErrorCode::database_busy);
    open.pop_back();
    EXPECT_TRUE(database().tenant("acme").read());
}

TEST_P(StoreConformance, SaysBusyWhenAnotherWriterDoesNotEnd) {
    config_.busy_timeout = 50ms;
    Transaction first = write();
    EXPECT_EQ(database().tenant("acme").write().error().code, ErrorCode::database_busy);
    EXPECT_EQ(items(), 0) << "readers wait for nobody";
    must(first.commit());
    EXPECT_TRUE(database().tenant("acme").write());
}

TEST_P(StoreConformance, MigratesOnceAndInOrder) {
    std::vector<Migration> steps(demo_migrations.begin(), demo_migrations.end());
    EXPECT_EQ(must(migrate(config_, surroundings_, steps)), 0) << "there is nothing left to do";
    steps.push_back({"demo", 3, "alter table items add column colour text"});
    EXPECT_EQ(Database::open(config_, surroundings_, steps).error().code, ErrorCode::database_outdated);
    EXPECT_EQ(must(migrate(config_, surroundings_, steps)), 1);
    EXPECT_TRUE(Database::open(config_, surroundings_, steps));
    EXPECT_EQ(Database::open(config_, surroundings_, demo_migrations).error().code, ErrorCode::database_newer);
    EXPECT_EQ(migrate(config_, surroundings_, demo_migrations).error().code, ErrorCode::database_newer);
    EXPECT_EQ(Database::open(config_, surroundings_, {}).error().code, ErrorCode::database_newer)
        << "a service that is not known";
    steps.push_back({"demo", 5, "select 1"});
    EXPECT_EQ(migrate(config_, surroundings_, steps).error().code, ErrorCode::invalid_argument);
}

TEST_P(StoreConformance, AFailedMigrationLeavesNothing) {
    std::vector<Migration> steps(demo_migrations.begin(), demo_migrations.end());
    steps.push_back({"demo", 3, "create table half (id text); create table half (id text)"});
    EXPECT_EQ(migrate(config_, surroundings_, steps).error().code, ErrorCode::internal);
    EXPECT_TRUE(Database::open(config_, surroundings_, demo_migrations));
    steps.back().sql = "create table half (id text)";
    EXPECT_EQ(must(migrate(config_, surroundings_, steps)), 1);
}

TEST_P(StoreConformance, EventsArePublishedIfAndOnlyIfTheTransactionCommits) {
    const auto emit = [](Transaction& transaction, std::string_view key) {
        return must(transaction.emit({.type = "demo.done",
                                      .natural_key = key,
                                      .partition_key = "s1",
                                      .payload = base::JsonObject{{"key", key}}}));
    };
    {
        Transaction dropped = write();
        emit(dropped, "dropped");
    }
    EXPECT_EQ(wakes_, 0);
    Transaction transaction = write();
    const std::string first = emit(transaction, "k1");
    EXPECT_EQ(emit(transaction, "k1"), first) << "the same fact told twice";
    emit(transaction, "k2");
    EXPECT_TRUE(must(unpublished(relay(), 10)).empty());
    must(transaction.commit());
    EXPECT_EQ(wakes_, 1);

    const auto rows = must(unpublished(relay(), 10));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].key.id, first);
    EXPECT_EQ(rows[0].topic, "demo.done");
    EXPECT_EQ(rows[0].partition_key, "s1");
    const model::Event event = must(model::parse_event(rows[0].event));
    EXPECT_EQ(event.id, model::event_id("acme", "demo.done", "k1"));
    EXPECT_EQ(event.tenant_id, "acme");
    EXPECT_EQ(event.source, origin_.source);
    EXPECT_EQ(event.correlation_id, origin_.correlation_id);
    EXPECT_EQ(event.causation_id, origin_.causation_id);
    EXPECT_EQ(event.traceparent, origin_.traceparent);
    EXPECT_EQ(event.tenant_epoch, 3);
    EXPECT_EQ(event.region, "local");
    EXPECT_EQ(event.timestamp, clock_.utc_now());
    EXPECT_EQ(event.payload, base::Json(base::JsonObject{{"key", "k1"}}));
}

TEST_P(StoreConformance, TheRelayGetsWhatIsNotYetPublishedInOrder) {
    for (const char* key : {"1", "2", "3"}) {
        Transaction transaction = write();
        must(transaction.emit({.type = "demo.done", .natural_key = key, .partition_key = key}));
        must(transaction.commit());
    }
    clock_.advance(7s);
    EXPECT_EQ(must(outbox_backlog(relay())).events, 3);
    EXPECT_EQ(must(outbox_backlog(relay())).oldest_age_ms, 7000);
    const auto rows = must(unpublished(relay(), 2));
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].partition_key + rows[1].partition_key, "12");
    const std::vector<OutboxKey> keys{rows[1].key};
    must(mark_published(relay(), keys));
    must(mark_published(relay(), keys));
    const auto left = must(unpublished(relay(), 10));
    ASSERT_EQ(left.size(), 2U);
    EXPECT_EQ(left[0].partition_key + left[1].partition_key, "13") << "never greater than the last";
}

TEST_P(StoreConformance, RefusesEventsThatCouldNotBeRead) {
    for (const std::string& type : {std::string("Done"), std::string("demo"), std::string(300'000, 'x')}) {
        Transaction transaction = write();
        EXPECT_EQ(transaction.emit({.type = type, .natural_key = "k", .partition_key = "p"}).error().code,
                  ErrorCode::internal);
        EXPECT_FALSE(transaction.commit());
    }
}

TEST_P(StoreConformance, TheInboxKnowsWhatAConsumerHasMet) {
    {
        Transaction transaction = write();
        EXPECT_TRUE(must(transaction.first_time("mail", "e1")));
    }
    Transaction transaction = write();
    EXPECT_TRUE(must(transaction.first_time("mail", "e1"))) << "the first was not committed";
    EXPECT_FALSE(must(transaction.first_time("mail", "e1")));
    EXPECT_TRUE(must(transaction.first_time("hook", "e1")));
    must(transaction.commit());
    Transaction other = write("other");
    EXPECT_TRUE(must(other.first_time("mail", "e1")));
}

TEST_P(StoreConformance, AuditRecordsCarryAPseudonymAndTheirLeafHash) {
    Transaction transaction = write();
    must(transaction.audit(
        {"session.delete", "anna@example.org", "session", "s1", "done", base::JsonObject{{"b", 1}, {"a", 2}}}));
    must(transaction.audit({"session.delete", "anna@example.org", "session", "s1", "done"}));
    const Rows rows = must(transaction.query(
        "select record, salt, leaf_hash, tree_index from audit where tenant_id = :tenant order by id"));
    ASSERT_EQ(rows.size(), 2U);
    const std::string& record = rows[0].text("record");
    const std::string& salt = rows[0].bytes("salt").data;
    EXPECT_EQ(record.find("anna"), std::string::npos);
    EXPECT_NE(record.find(audit_pseudonym("anna@example.org", salt)), std::string::npos);
    EXPECT_NE(record.find(R"("details":{"a":2,"b":1})"), std::string::npos) << record;
    EXPECT_EQ(rows[0].bytes("leaf_hash").data, audit_leaf_hash(record));
    EXPECT_TRUE(rows[0].is_null("tree_index"));
    EXPECT_NE(salt, rows[1].bytes("salt").data) << "the two cannot be told to be of one person";
}

TEST_P(StoreConformance, SealedTextComesBackWithItsKey) {
    Transaction transaction = write();
    const Sealed sealed = must(transaction.seal("a title"));
    EXPECT_FALSE(sealed.key_id.empty());
    EXPECT_EQ(must(transaction.unseal(sealed)), "a title");
}

TEST_P(StoreConformance, IdempotencyKeysFollowTheirTable) {
    const IdempotentCall call{"POST /v1/sessions", "anna", "key", "hash"};
    const StoredResponse response{201, "location: /v1/sessions/1", "{}"};
    Transaction first = write();
    const auto start = must(begin_idempotent(first, call));
    EXPECT_FALSE(start.replay);
    must(first.commit());

    const auto again = [&](IdempotentCall other) {
        Transaction transaction = write();
        auto result = begin_idempotent(transaction, other);
        if (result) must(transaction.commit());
        return result;
    };
    IdempotentCall changed = call;
    changed.request_hash = "another";
    EXPECT_EQ(again(call).error().code, ErrorCode::idempotency_in_progress);
    EXPECT_EQ(again(changed).error().code, ErrorCode::idempotency_mismatch);

    Transaction last = write();
    must(finish_idempotent(last, call, start.token, response));
    must(last.commit());
    EXPECT_EQ(must(again(call)).replay, response);
    EXPECT_EQ(again(changed).error().code, ErrorCode::idempotency_mismatch);
    for (const IdempotentCall& other : {IdempotentCall{"POST /v1/uploads", "anna", "key", "hash"},
                                        IdempotentCall{"POST /v1/sessions", "bert", "key", "hash"}}) {
        EXPECT_FALSE(must(again(other)).replay) << "another operation or caller";
    }
    clock_.advance(24h);
    EXPECT_FALSE(must(again(changed)).replay) << "the record has expired";
}

// A toy: the text backwards; its seal is the tenant that it belongs to.
class Backwards final : public base::Vault {
  public:
    base::Result<std::string> current_key_id(std::string_view) override { return "k1"; }
    base::Result<base::Seal> seal(const base::SealedName& name, std::span<std::byte> bytes) override {
        std::ranges::reverse(bytes);
        return seal_of(name);
    }
    base::Result<void> open(const base::SealedName& name, std::span<std::byte> bytes, const base::Seal& seal) override {
        if (name.key_id != "k1" || seal != seal_of(name)) return base::fail(ErrorCode::blob_corrupt, "another seal");
        std::ranges::reverse(bytes);
        return {};
    }

  private:
    static base::Seal seal_of(const base::SealedName& name) {
        base::Seal seal{};
        std::ranges::copy(std::as_bytes(std::span(name.tenant.substr(0, seal.size()))), seal.begin());
        return seal;
    }
};

TEST_P(StoreConformance, TextIsSealedForItsTenantAlone) {
    Transaction plain = write();
    const Sealed before = must(plain.seal("an old title"));
    must(plain.commit());
    Backwards vault;
    surroundings_.vault = &vault;
    database_.reset();
    Transaction transaction = write();
    const Sealed sealed = must(transaction.seal("a title"));
    EXPECT_EQ(sealed.key_id, "k1");
    EXPECT_EQ(sealed.bytes.data.find("a title"), std::string::npos);
    EXPECT_EQ(must(transaction.unseal(sealed)), "a title");
    EXPECT_EQ(must(transaction.unseal(before)), "an old title") << "from before there was a vault";
    Sealed cut = sealed;
    cut.bytes.data.resize(sizeof(base::Seal) - 1);
    EXPECT_EQ(transaction.unseal(cut).error().code, ErrorCode::database_corrupt);
    must(transaction.commit());
    EXPECT_FALSE(write("other").unseal(sealed)) << "bound to its tenant";
    surroundings_.vault = nullptr;
    database_.reset();
    EXPECT_EQ(write().unseal(sealed).error().code, ErrorCode::database_failed) << "never served as it lies there";
}

TEST_P(StoreConformance, AStoredAnswerIsSealed) {
    Backwards vault;
    surroundings_.vault = &vault;
    const IdempotentCall call{"op", "anna", "key", "hash"};
    Transaction first = write();
    const auto start = must(begin_idempotent(first, call));
    must(finish_idempotent(first, call, start.token, {201, "", "My title"}));
    const auto row = must(first.query_one("select body from idempotency where tenant_id = :tenant"));
    EXPECT_TRUE(row->bytes("body").data.ends_with("eltit yM"));
    EXPECT_EQ(row->bytes("body").data.find("My title"), std::string::npos);
    EXPECT_EQ(must(begin_idempotent(first, call)).replay->body, "My title");
    must(first.commit());
    database_.reset();
}

TEST_P(StoreConformance, AnIdempotencyKeyOfADeadRequestIsFreeAfterItsLimit) {
    const IdempotentCall call{"op", "anna", "key", "hash"};
    const auto begin = [&] {
        Transaction transaction = write();
        const auto start = must(begin_idempotent(transaction, call));
        must(transaction.commit());
        return start.token;
    };
    const std::int64_t dead = begin();
    clock_.advance(60s);
    const std::int64_t alive = begin();
    Transaction late = write();
    EXPECT_EQ(finish_idempotent(late, call, dead, {200, "", ""}).error().code, ErrorCode::conflict);
    EXPECT_FALSE(late.commit()) << "the effect of the late one is not written";
    Transaction forgetting = write();
    must(forget_idempotent(forgetting, call, alive));
    must(forgetting.commit());
    EXPECT_GT(begin(), dead) << "a token is never used twice";
}

TEST_P(StoreConformance, PruningRemovesWhatIsOldAndNothingElse) {
    Transaction transaction = write();
    must(transaction.emit({.type = "demo.done", .natural_key = "published", .partition_key = "p"}));
    must(transaction.first_time("mail", "e1"));
    must(begin_idempotent(transaction, {"op", "anna", "key", "hash"}));
    must(transaction.commit());
    must(mark_published(relay(), std::vector{must(unpublished(relay(), 1)).front().key}));
    Transaction later = write();
    must(later.emit({.type = "demo.done", .natural_key = "waiting", .partition_key = "p"}));
    must(later.commit());
    const System sweeper = database().system(SystemCaller::sweeper);
    EXPECT_EQ(must(prune(sweeper, {}, 100)), 0);
    clock_.advance(30 * 24h);
    EXPECT_EQ(must(prune(sweeper, {}, 100)), 3);
    EXPECT_EQ(must(prune(sweeper, {}, 100)), 0);
    EXPECT_EQ(must(unpublished(relay(), 10)).size(), 1U) << "what was never published stays";
}

}  // namespace store
