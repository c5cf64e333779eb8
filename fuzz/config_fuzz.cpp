// Configuration files of any content: they are read or refused with messages; what was read prints as a file that reads
// the same.
#include <string>

#include "fuzz/fuzzing.hpp"
#include "runtime/config.hpp"

namespace {

using fuzz::check;

const runtime::ConfigTable& table() {
    using enum runtime::OptionType;
    static const runtime::ConfigTable options({{"server.listen", text, "a"},
                                               {"server.workers", integer, "4", "", runtime::integer_from(1, 64)},
                                               {"server.idle", duration, "1m"},
                                               {"server.list", list, "a,b"},
                                               {"log.size", size, "1KiB"},
                                               {"log.share", real, "0.5"},
                                               {"log.on", boolean, "true"}});
    return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    const auto config = table().read({.file_name = "f", .file_text = text});
    (void)table().read(
        {.environment = {{"VIDEO_TRANSCRIBER_SERVER_" + text.substr(0, 20), text}}, .overrides = {{text, text}}});
    if (!config) {
        check(!config.error().empty());
        return 0;
    }
    const std::string printed = table().print(*config);
    const auto again = table().read({.file_name = "p", .file_text = printed});
    check(again.has_value());
    check(again->text("server.listen") == config->text("server.listen"));
    check(again->list("server.list") == config->list("server.list"));
    check(again->duration("server.idle") == config->duration("server.idle"));
    check(again->size_bytes("log.size") == config->size_bytes("log.size"));
    check(again->real("log.share") == config->real("log.share"));
    return 0;
}
