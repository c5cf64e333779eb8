// Which events customers are told, and how: the one table of public event types. Pure; any thread.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "model/event.hpp"

namespace notification {

enum class Ending : std::uint8_t { none, of_the_run, of_the_session };

struct ToldType {
    std::string_view name;
    Ending ending = Ending::none;
};

/// What begins a run anew, so that an ending before it was none.
inline constexpr std::string_view run_begins = "session.queued";
/// What a customer asks for to see whether a webhook works; never in a feed.
inline constexpr std::string_view test_type = "webhook.test";

/// Every public type; what is not here stays inside.
std::span<const ToldType> told_types();
/// Null pointer for a type that is not told.
const ToldType* find_told(std::string_view type);
std::vector<std::string> told_names();

/// Which session the event is about; empty when it is about none.
std::string session_of(const model::Event& event);

/// The event without what is ours alone (where blobs lie).
model::Event public_event(model::Event event);

/// The body of a webhook (Standard Webhooks 1.0, "Payload structure").
std::string webhook_body(const model::Event& public_event);

/// The member's text; empty when there is none.
std::string text_of(const base::Json& object, std::string_view name);

}  // namespace notification
