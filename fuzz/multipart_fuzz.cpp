// Forms as an enemy writes them: the reader must end, keep its limits, and tell the same story whatever the pieces.
#include <string>

#include "fuzz/fuzzing.hpp"
#include "services/upload/header_value.hpp"
#include "services/upload/multipart.hpp"

namespace {

using fuzz::check;

struct Story final : upload::FormVisitor {
    std::string text;
    base::Result<void> field(const std::string& name, const std::string& value) override {
        check(value.size() <= 100);
        text += name + "=" + value + ";";
        return {};
    }
    base::Result<void> file_begin(const std::string& name, const std::string& file_name,
                                  const std::string& type) override {
        text += name + "(" + file_name + "," + type + ")<";
        return {};
    }
    base::Result<void> file_bytes(std::string_view bytes) override {
        check(!bytes.empty());
        text += bytes;
        return {};
    }
    base::Result<void> file_end() override {
        text += ">;";
        return {};
    }
};

std::string read(std::string_view body, std::size_t piece_bytes) {
    Story story;
    upload::MultipartReader reader("X", story,
                                   {.parts = 8, .header_bytes = 200, .field_bytes = 100, .preamble_bytes = 50});
    while (!body.empty()) {
        if (!reader.put(body.substr(0, piece_bytes))) return "refused";
        body.remove_prefix(std::min(piece_bytes, body.size()));
    }
    return reader.finish() ? story.text : "refused";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body = fuzz::text_of(data, size).substr(1);
    const std::string whole = read(body, body.size() + 1);
    check(read(body, data[0] % 31U + 1U) == whole);
    check(read(body, 1) == whole);
    if (const auto boundary = upload::parse_boundary(body)) check(!boundary->empty() && boundary->size() <= 70);
    const std::string type = upload::media_type_of(body);
    check(upload::media_type_of(type) == type);
    return 0;
}
