// What clients ask for in JSON bodies, of any content: webhooks, exports, sessions and edits of a transcript. What is
// accepted keeps what the rest of the program relies on.
#include <string>

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "fuzz/fuzzing.hpp"
#include "model/transcript_json.hpp"
#include "services/exporting/wish.hpp"
#include "services/notification/told.hpp"
#include "services/notification/wish.hpp"
#include "services/session/edit.hpp"
#include "services/session/fields.hpp"

namespace {

using fuzz::check;

void webhook(const base::Json& body) {
    const auto wish = notification::parse_webhook_wish(body, {});
    if (!wish) return;
    check(!wish->url || wish->url->starts_with("https://"));
    for (const std::string& type : wish->types.value_or(std::vector<std::string>()))
        check(notification::find_told(type) != nullptr);
    check(notification::changed({}, *wish).url == wish->url.value_or(""));
}

void export_file(const base::Json& body) {
    const auto wish = exporting::parse_wish(body);
    if (!wish) return;
    check(exporting::options_of(*wish).has_value() && wish->version.value_or(1) >= 1);
    check(base::is_id(exporting::export_id("session", 1, *wish)));
}

void session_of(const base::Json& body) {
    const auto fields = session::parse_session_fields(body, "en");
    if (!fields) return;
    check(session::is_language_tag(fields->language) && fields->priority >= 0 && fields->priority <= 9);
    check(base::count_code_points(fields->title) <= session::longest_title_characters);
    check(session::parse_title(fields->title) == fields->title);
}

model::Transcript heard() {
    return {.language = "en",
            .duration_seconds = 60,
            .engine = "fake",
            .segments = {{.time = {1, 4}, .text = "One two.", .speech = {{1, 2}, {3, 4}}, .speech_probability = 0.9},
                         {.time = {4, 9.5}, .text = "Three.", .speech = {{4.2, 9}}, .speech_probability = 0.5}},
            .unheard = {{.time = {20, 22}, .reason = "no_words"}}};
}

void edit(const base::Json& body) {
    const auto segments = session::parse_edit(body, 60);
    if (!segments) return;
    const model::Transcript after = session::edited(heard(), *segments);
    check(after.segments.size() == segments->size());
    double end_seconds = 0;
    for (const model::Segment& segment : after.segments) {
        check(!segment.text.empty() && segment.time.start_seconds >= end_seconds);
        check(segment.time.end_seconds >= segment.time.start_seconds);
        end_seconds = segment.time.end_seconds;
    }
    check(end_seconds <= 60);
    const std::string written = model::to_canonical_json(after);
    const auto again = model::parse_transcript(written);
    check(again.has_value() && model::to_canonical_json(*again) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto body = base::parse_json(fuzz::text_of(data, size));
    if (!body) return 0;
    webhook(*body);
    export_file(*body);
    session_of(*body);
    edit(*body);
    return 0;
}
