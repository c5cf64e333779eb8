#include "services/transcription/session_vocabulary.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "flow/requests.hpp"
#include "model/phrases.hpp"
#include "runtime/uri.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Json;
using base::Result;

constexpr std::chrono::seconds patience{20};
constexpr std::size_t most_listeners = 8;

Result<Json> ask(const Tools& tools, std::string_view tenant_id, std::string target) {
    const auto context = flow::service_context(tools.platform, "transcription", tenant_id, {}, patience);
    const auto response = tools.platform.mesh.call("session", {.target = std::move(target)}, context);
    if (!response) return std::unexpected(response.error());
    if (response->status == 200) return base::parse_json(response->body);
    const std::string told = "the session service answers " + std::to_string(response->status);
    return base::fail(response->status == 404 ? ErrorCode::not_found : ErrorCode::unavailable,
                      told + " to the question for the vocabulary");
}

std::vector<std::string> texts_of(const Json& body) {
    std::vector<std::string> texts;
    const Json* list = body.member("vocabulary");
    if (list == nullptr || list->array() == nullptr) return texts;
    for (const Json& item : *list->array()) {
        if (item.text() != nullptr) texts.push_back(*item.text());
    }
    return texts;
}

}  // namespace

Result<std::vector<std::string>> ask_vocabulary(const Tools& tools, std::string_view tenant_id,
                                                std::string_view session_id, const speech::Recogniser& engine) {
    const auto body = ask(tools, tenant_id, "/v1/sessions/" + runtime::percent_encode(session_id) + "/vocabulary");
    if (!body) return std::unexpected(body.error());
    auto phrases = model::clean_phrases(texts_of(*body));
    if (!phrases || phrases->empty()) return phrases;
    const auto taken = engine.with_phrases(*phrases);
    if (taken) return phrases;
    const Json* from = body->member("from");
    if (from != nullptr && from->text() != nullptr && *from->text() == "tenant") return std::vector<std::string>{};
    return std::unexpected(taken.error());
}

Result<std::shared_ptr<const speech::Recogniser>> stream_listener(
    const Tools& tools, std::string_view tenant_id, const std::optional<std::vector<std::string>>& own,
    const std::shared_ptr<const speech::Recogniser>& engine) {
    if (own) return own->empty() ? engine : engine->with_phrases(*own);
    const auto body = ask(tools, tenant_id, "/v1/vocabulary");
    if (!body) return std::unexpected(body.error());
    const auto phrases = model::clean_phrases(texts_of(*body));
    if (!phrases) return std::unexpected(phrases.error());
    if (phrases->empty()) return engine;
    return engine->with_phrases(*phrases).value_or(engine);
}

Result<std::shared_ptr<const speech::Recogniser>> Listeners::get(const Tools& tools, const store::Claim& claim,
                                                                 std::string_view run_id) const {
    auto transaction = tools.platform.database.tenant(claim.tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto run = find_run(*transaction, run_id);
    if (!run) return std::unexpected(run.error());
    if (!run->has_value() || (*run)->vocabulary.empty()) return engine_;
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(recent_, (*run)->vocabulary, &Listener::vocabulary);
    if (found != recent_.end()) return found->recogniser;
    const auto phrases = find_phrases(*transaction, run_id);
    if (!phrases) return std::unexpected(phrases.error());
    auto made = engine_->with_phrases(*phrases);
    if (!made) return std::unexpected(std::move(made.error()));
    if (recent_.size() == most_listeners) recent_.erase(recent_.begin());
    recent_.push_back({(*run)->vocabulary, *made});
    return *std::move(made);
}

}  // namespace transcription
