#include "formats/transcript_text.hpp"

#include "base/utf8.hpp"
#include "formats/characters.hpp"

namespace formats {
namespace {

std::uint32_t last_code_point(std::string_view text) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
        --at;
    return base::next_code_point(text.substr(at)).value;
}

}  // namespace

void append_text(std::string& text, std::string_view more) {
    if (more.empty()) return;
    const bool unspaced = !text.empty() && is_unspaced(last_code_point(text)) && is_unspaced(next_character(more).base);
    if (!text.empty() && !unspaced) text += ' ';
    text += more;
}

}  // namespace formats
