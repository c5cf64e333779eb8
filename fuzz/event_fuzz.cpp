// Envelopes of any content: what is read has one canonical text that reads the same, the public form of it keeps our
// inside to itself, and on the stream it is one event.
#include <string>

#include "base/utf8.hpp"
#include "fuzz/fuzzing.hpp"
#include "model/event.hpp"
#include "runtime/sse.hpp"
#include "services/notification/told.hpp"

namespace {

using fuzz::check;

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

void check_stream(const runtime::SseEvent& event) {
    const std::string wire = runtime::format_sse(event);
    check(wire.ends_with("\n\n") && !wire.contains('\r') && count(wire, "\n\n") == 1);
    const std::string lines = "\n" + wire;
    check(count(lines, "\nid: ") <= 1 && count(lines, "\nevent: ") <= 1 && count(lines, "\nretry") == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    check_stream({.id = std::string(text), .type = std::string(text), .data = std::string(text)});
    const auto event = model::parse_event(text);
    if (!event) {
        check(!event.error().message.empty() && base::valid_utf8(event.error().message) == event.error().message);
        return 0;
    }
    const std::string written = model::to_json(*event);
    const auto again = model::parse_event(written);
    check(again.has_value() && model::to_json(*again) == written);
    const model::Event told = notification::public_event(*event);
    check(told.payload.member("blob_key") == nullptr);
    check(base::parse_json(notification::webhook_body(told)).has_value());
    return 0;
}
