#include "decode/refusal.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace decode {
namespace {

constexpr std::size_t id3_header_bytes = 10;
constexpr std::size_t xml_search_bytes = 4096;

struct Sign {
    std::string_view text;
    std::string_view kind;
};

// At the very start, in any case of letters.
constexpr std::array first_words{
    Sign{"#extm3u", "an HLS or M3U playlist"},
    Sign{"#extinf", "an M3U playlist"},
    Sign{"ffconcat", "a concat script"},
    Sign{"file '", "a concat script"},
    Sign{"v=0\r\no=", "an SDP session description"},
    Sign{"v=0\no=", "an SDP session description"},
    Sign{"[playlist]", "a PLS playlist"},
    Sign{"[reference]", "an ASX reference file"},
    Sign{"[internetshortcut]", "an internet shortcut"},
    Sign{"asf http", "an ASX reference file"},
    Sign{"<asx", "an ASX playlist"},
    Sign{"<smil", "a SMIL presentation"},
    Sign{"<mpd", "a DASH manifest"},
    Sign{"<playlist", "an XSPF playlist"},
    Sign{"rtsp://", "a stream's address"},
    Sign{"rtsptext", "a stream's address"},
    Sign{"http://", "an address"},
    Sign{"https://", "an address"},
};

// The root element, somewhere behind an XML declaration and comments.
constexpr std::array xml_roots{
    Sign{"<mpd", "a DASH manifest"},       Sign{"<smoothstreamingmedia", "a Smooth Streaming manifest"},
    Sign{"<playlist", "an XSPF playlist"}, Sign{"<smil", "a SMIL presentation"},
    Sign{"<asx", "an ASX playlist"},
};

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool same_letter(char a, char b) {
    return lower(a) == lower(b);
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix, same_letter);
}

bool contains(std::string_view text, std::string_view part) {
    return !std::ranges::search(text, part, same_letter).empty();
}

// ID3v2.4: ten bytes, the size in four of seven bits each.
std::string_view without_id3(std::string_view head) {
    if (!head.starts_with("ID3") || head.size() < id3_header_bytes) return head;
    std::size_t size = 0;
    for (const char c : head.substr(6, 4))
        size = size * 128 + (static_cast<unsigned char>(c) & 0x7FU);
    return head.substr(std::min(head.size(), id3_header_bytes + size));
}

std::string_view without_blanks(std::string_view head) {
    if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
    const auto first = head.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view{} : head.substr(first);
}

// QuickTime's reference movie: its only content is where the real one is.
bool is_reference_movie(std::string_view head) {
    return head.contains("rmra") && head.contains("rmda") && head.contains("rdrf");
}

}  // namespace

std::optional<std::string_view> pointer_kind(std::string_view head) {
    if (is_reference_movie(head)) return "a QuickTime reference movie";
    const std::string_view text = without_blanks(without_id3(head));
    for (const Sign& sign : first_words) {
        if (starts_with(text, sign.text)) return sign.kind;
    }
    if (!starts_with(text, "<?xml") && !starts_with(text, "<!--")) return std::nullopt;
    for (const Sign& sign : xml_roots) {
        if (contains(text.substr(0, xml_search_bytes), sign.text)) return sign.kind;
    }
    return std::nullopt;
}

}  // namespace decode
