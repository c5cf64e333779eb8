// JSON of any content: what is read is what Boost reads too, has one canonical text, and faults are fit to be shown.
#include <string>

#include <boost/json.hpp>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "fuzz/fuzzing.hpp"

namespace {

using fuzz::check;

void check_shown(const base::Error& error) {
    check(!error.message.empty() && base::printable(error.message, error.message.size()) == error.message);
}

void read_fields(const base::Json& value) {
    base::JsonFields fields(value, "the body");
    const base::JsonObject* members = value.object();
    for (std::size_t i = 0; members != nullptr && i + 1 < members->size(); ++i) {
        const std::string& name = (*members)[i].name;
        check(fields.text(name, 5).size() <= 5);
        check(fields.optional_integer(name, -3, 3).value_or(0) <= 3);
        check(fields.number(name, -1, 1) <= 1);
        (void)fields.optional_boolean(name);
    }
    if (const auto finished = fields.finish(); !finished) check_shown(finished.error());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    const auto value = base::parse_json(text);
    if (!value) {
        check_shown(value.error());
        return 0;
    }
    boost::json::error_code fault;
    (void)boost::json::parse(boost::json::string_view(text.data(), text.size()), fault);
    check(!fault);
    const std::string written = base::to_canonical_json(*value);
    check(base::valid_utf8(written) == written);
    const auto again = base::parse_json(written, {.size_bytes = written.size()});
    check(again.has_value() && base::to_canonical_json(*again) == written);
    read_fields(*value);
    return 0;
}
