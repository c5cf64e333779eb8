#include "services/exporting/download_name.hpp"

#include <cstddef>
#include <cstdint>

#include "base/utf8.hpp"
#include "runtime/uri.hpp"

namespace exporting {
namespace {

constexpr std::size_t longest_name_characters = 80;

// Separators of paths, wildcards, quotes; control characters; direction overrides, by which names lie.
bool is_unsafe(std::uint32_t point) {
    constexpr std::string_view unsafe = R"(/\:*?"<>|%;)";
    if (point < 0x80) return point < 0x20 || point == 0x7F || unsafe.contains(static_cast<char>(point));
    return point < 0xA0 || (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xFEFF || point == 0xFFFD;
}

void trim(std::string& name) {
    name.erase(0, name.find_first_not_of(" ._"));
    name.resize(name.find_last_not_of(" ._") + 1);
}

std::string safe_name(std::string_view title, bool ascii_only) {
    std::string name;
    std::size_t characters = 0;
    while (!title.empty() && characters < longest_name_characters) {
        const base::CodePoint point = base::next_code_point(title);
        const bool taken = point.well_formed && !is_unsafe(point.value) && (point.value < 0x80 || !ascii_only);
        name += taken ? title.substr(0, point.size_bytes) : "_";
        title.remove_prefix(point.size_bytes);
        ++characters;
    }
    trim(name);
    return name.empty() ? "transcript" : name;
}

}  // namespace

std::string content_disposition(std::string_view title, std::string_view extension) {
    const std::string ending = "." + std::string(extension);
    return "attachment; filename=\"" + safe_name(title, true) + ending + "\"; filename*=UTF-8''" +
           runtime::percent_encode(safe_name(title, false) + ending);
}

}  // namespace exporting
