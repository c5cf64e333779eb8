#include "services/analysis/announcements.hpp"

namespace analysis {
namespace {

base::Result<void> emit(store::Transaction& transaction, std::string_view type, const Analysis& analysis,
                        std::string_view occasion, base::JsonObject payload) {
    payload.push_back({"session_id", analysis.session_id});
    payload.push_back({"analysis_id", analysis.id});
    payload.push_back({"transcript_hash", analysis.transcript_hash});
    const auto told = transaction.emit({.type = type,
                                        .natural_key = analysis.id + "/" + std::string(occasion),
                                        .partition_key = analysis.session_id,
                                        .payload = std::move(payload)});
    return told ? base::Result<void>() : std::unexpected(told.error());
}

}  // namespace

base::Result<void> announce_completed(store::Transaction& transaction, const Analysis& analysis,
                                      std::string_view occasion) {
    return emit(transaction, "analysis.completed", analysis, occasion, {});
}

base::Result<void> announce_failed(store::Transaction& transaction, const Analysis& analysis,
                                   std::string_view occasion) {
    return emit(transaction, "analysis.failed", analysis, occasion,
                {{"code", analysis.error_code}, {"message", analysis.error_message}});
}

}  // namespace analysis
