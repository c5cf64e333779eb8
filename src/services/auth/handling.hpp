// What the handlers of this service share.
#pragma once
#include <string>
#include <string_view>

#include "flow/requests.hpp"
#include "flow/service.hpp"

namespace auth {

using base::Result;
using runtime::Context;
using runtime::Request;
using runtime::Response;

inline constexpr std::string_view service_name = "auth";

using Handle = Result<Response> (*)(const flow::Platform&, const Request&, const Context&);
runtime::Route route(std::string method, std::string pattern, const flow::Platform& platform, Handle handle);

/// The owner of what belongs to somebody else, whoever that is: to ask whether one may act on everybody's.
inline constexpr std::string_view somebody_else = "-";

/// Who asks, if they may do this in the tenant in which they act: their own, or the one of ?tenant_id= (which only the
/// role platform may name; to others it is not_found). Its tenant_id is that tenant's.
Result<model::Principal> acting(const Request& request, const Context& context, model::Action action,
                                std::string_view owner_id = {});

Result<store::ReadTransaction> read(const flow::Platform& platform, const Context& context,
                                    const model::Principal& principal);

/// The text in two columns, "x" and "x_key_id"; empty when there is none.
template <class Transaction>
Result<std::string> unseal(Transaction& transaction, const store::Row& row, std::string_view column) {
    if (row.is_null(column)) return std::string();
    return transaction.unseal({row.bytes(column), row.text(std::string(column) + "_key_id")});
}

/// Milliseconds as RFC 3339, or null.
base::Json time_json(const std::optional<std::int64_t>& time_ms);

/// Takes any version when the client names none (If-Match). Errors: precondition_failed.
Result<void> check_version(const Request& request, std::int64_t row_version);

/// One page of rows that were asked for with one more than the limit: the items, and where the next page begins.
Result<Response> page(store::Rows rows, const flow::PageQuery& query,
                      const std::function<Result<base::Json>(const store::Row&)>& to_json);

}  // namespace auth
