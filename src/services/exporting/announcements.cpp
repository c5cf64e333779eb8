#include "services/exporting/announcements.hpp"

namespace exporting {
namespace {

base::Result<void> emit(store::Transaction& transaction, std::string_view type, const ExportRow& row,
                        std::string_view occasion, base::JsonObject payload) {
    payload.push_back({"session_id", row.session_id});
    payload.push_back({"export_id", row.id});
    payload.push_back({"format", row.wish.format});
    const auto told = transaction.emit({.type = type,
                                        .natural_key = row.id + "/" + std::string(occasion),
                                        .partition_key = row.session_id,
                                        .payload = std::move(payload)});
    return told ? base::Result<void>() : std::unexpected(told.error());
}

}  // namespace

base::Result<void> announce_made(store::Transaction& transaction, const ExportRow& row, std::string_view occasion) {
    if (row.state != State::failed) return emit(transaction, "export.completed", row, occasion, {});
    return emit(transaction, "export.failed", row, occasion,
                {{"code", row.error_code}, {"message", row.error_message}});
}

}  // namespace exporting
