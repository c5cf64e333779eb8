// Transactions. One belongs to one thread at a time and must not outlive its database. Going out of scope without a
// commit undoes it. So does the first error, at once; every later call, commit too, gives that error again.
#pragma once
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "store/backend.hpp"
#include "store/value.hpp"

namespace store {

class Unit;  // an open transaction on a connection; private to the store
struct Origin;

struct EventDraft {
    std::string_view type;  // such as "video.uploaded"
    std::string_view
        natural_key;  // what makes this fact this fact, such as the run's id: the event's id derives from it
    std::string_view partition_key;  // the session's id
    base::Json payload = base::JsonObject{};
    std::int64_t version = 1;
};

struct AuditRecord {
    std::string_view action;         // model::ActionRule::name, or another stable word
    std::string_view actor_id;       // is stored as a pseudonym only
    std::string_view resource_kind;  // such as "session"
    std::string_view resource_id;
    std::string_view outcome;                 // such as "done", "forbidden"
    base::Json details = base::JsonObject{};  // references only
};

/// Text that came out of a vault, for two columns: {blob} and text.
struct Sealed {
    Bytes bytes;
    std::string key_id;
};

using Parameters = std::initializer_list<Parameter>;

/// What every transaction can do.
class Reading {
  public:
    explicit Reading(std::unique_ptr<Unit> unit);
    Reading(Reading&&) noexcept;
    Reading& operator=(Reading&&) noexcept;
    ~Reading();
    /// A select; in a write transaction also anything with `returning`.
    base::Result<Rows> query(std::string_view sql, Parameters parameters = {});
    /// Its first row; absent when there is none.
    base::Result<std::optional<Row>> query_one(std::string_view sql, Parameters parameters = {});

  protected:
    std::unique_ptr<Unit> unit_;
};

/// What every transaction that writes can do.
class Writing : public Reading {
  public:
    using Reading::Reading;
    /// Gives how many rows it touched. Errors: conflict (a unique key is there already).
    base::Result<std::int64_t> execute(std::string_view sql, Parameters parameters = {});
    /// Durable when it returns; nothing may be called afterwards.
    base::Result<Position> commit();
    /// Makes everything from here on fail with this error, so that nothing of it can be committed.
    std::unexpected<base::Error> abort(base::Error error);
};

class SystemReadTransaction : public Reading {
  public:
    using Reading::Reading;
};

class SystemTransaction : public Writing {
  public:
    using Writing::Writing;
};

/// Of one tenant: `:tenant` is bound in every statement.
class ReadTransaction : public Reading {
  public:
    using Reading::Reading;
    [[nodiscard]] const std::string& tenant_id() const;
    /// What was sealed. Errors: those of the vault.
    base::Result<std::string> unseal(const Sealed& sealed);
};

/// Of one tenant: `:tenant` is bound in every statement.
class Transaction : public Writing {
  public:
    using Writing::Writing;
    [[nodiscard]] const std::string& tenant_id() const;
    /// Where it comes from, its correlation id filled in.
    [[nodiscard]] const Origin& origin() const;
    /// A fresh id (UUIDv7).
    [[nodiscard]] std::string new_id();
    /// The event is published if and only if this transaction commits; the same fact told again is no second event.
    /// Gives its id.
    base::Result<std::string> emit(const EventDraft& draft);
    /// Whether this consumer meets the event for the first time; remembered if this transaction commits.
    base::Result<bool> first_time(std::string_view consumer, std::string_view event_id);
    /// Stores the record's canonical JSON (RFC 8785) with a pseudonym in the actor's place, and its leaf hash (RFC
    /// 6962, 2.1). Its place in the tenant's tree is given later, so that tenants do not wait for each other.
    base::Result<void> audit(const AuditRecord& record);
    /// Personal text for a column of type {blob}, with the id of the key that opens it.
    base::Result<Sealed> seal(std::string_view text);
    /// What was sealed. Errors: those of the vault.
    base::Result<std::string> unseal(const Sealed& sealed);
};

}  // namespace store
