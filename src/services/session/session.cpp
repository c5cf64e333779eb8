#include "services/session/session.hpp"

#include <iterator>

#include "services/session/adoption.hpp"
#include "services/session/erasure.hpp"
#include "services/session/events.hpp"
#include "services/session/handlers.hpp"
#include "services/session/schema.hpp"
#include "services/session/vocabulary.hpp"

namespace session {
namespace {

std::string check_language(std::string_view text) {
    return is_language_tag(text) ? "" : "must be a BCP 47 tag, such as \"en\"";
}

std::vector<runtime::Option> options() {
    return {{.name = "session.default_language",
             .type = runtime::OptionType::text,
             .default_text = "en",
             .documentation = "The language of a session that does not name one (BCP 47).",
             .check = check_language}};
}

base::Result<flow::Parts> make(const flow::Platform& platform) {
    flow::Parts parts;
    for (const auto& routes : {session_routes, run_routes, transcript_routes, edit_routes, vocabulary_routes})
        std::ranges::move(routes(platform), std::back_inserter(parts.routes));
    parts.events = {upload_events(), run_events()};
    parts.works = {adoption_worker(platform), erasure_worker(platform)};
    parts.tasks = {stray_transcripts(platform)};
    return parts;
}

}  // namespace

flow::Service service() {
    return {.name = std::string(service_name), .options = options(), .migrations = migrations(), .make = make};
}

}  // namespace session
