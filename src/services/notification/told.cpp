#include "services/notification/told.hpp"

#include <algorithm>
#include <array>

namespace notification {
namespace {

using enum Ending;

// Not told: segment.ready, which only wakes workers.
constexpr std::array types{
    ToldType{"video.uploaded"},
    ToldType{"upload.failed"},
    ToldType{"session.queued"},
    ToldType{"transcription.started"},
    ToldType{"transcription.progressed"},
    ToldType{"transcription.completed"},
    ToldType{"transcription.failed"},
    ToldType{"session.completed", of_the_run},
    ToldType{"session.failed", of_the_run},
    ToldType{"session.cancelled", of_the_run},
    ToldType{"session.deleted", of_the_session},
    ToldType{"transcript.edited"},
    ToldType{"analysis.completed"},
    ToldType{"analysis.failed"},
    ToldType{"export.completed"},
    ToldType{"export.failed"},
};

constexpr std::string_view inside_field = "blob_key";

}  // namespace

std::span<const ToldType> told_types() {
    return types;
}

const ToldType* find_told(std::string_view type) {
    const auto* row = std::ranges::find(types, type, &ToldType::name);
    return row == types.end() ? nullptr : row;
}

std::vector<std::string> told_names() {
    std::vector<std::string> names;
    for (const ToldType& type : types)
        names.emplace_back(type.name);
    return names;
}

std::string session_of(const model::Event& event) {
    std::string session_id = text_of(event.payload, "session_id");
    return session_id.empty() ? event.partition_key : session_id;
}

model::Event public_event(model::Event event) {
    if (event.payload.object() == nullptr) return event;
    base::JsonObject members = *event.payload.object();
    std::erase_if(members, [](const base::JsonMember& member) { return member.name == inside_field; });
    event.payload = std::move(members);
    return event;
}

std::string webhook_body(const model::Event& public_event) {
    return base::to_canonical_json(base::JsonObject{{"type", public_event.type},
                                                    {"timestamp", base::to_rfc3339(public_event.timestamp)},
                                                    {"data", public_event.payload}});
}

std::string text_of(const base::Json& object, std::string_view name) {
    const base::Json* member = object.member(name);
    const std::string* text = member == nullptr ? nullptr : member->text();
    return text == nullptr ? std::string() : *text;
}

}  // namespace notification
