#include "services/upload/multipart.hpp"

#include <algorithm>
#include <optional>

#include "base/utf8.hpp"
#include "services/upload/header_value.hpp"

namespace upload {
namespace {

using base::ErrorCode;

constexpr std::size_t longest_padding = 64;

std::unexpected<base::Error> malformed(std::string what) {
    return base::fail(ErrorCode::request_malformed, "the form cannot be read: " + std::move(what));
}

bool same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, [](char a, char b) { return (a | 32) == (b | 32); });
}

struct PartHeader {
    std::optional<std::string> disposition;
    std::string content_type;
    std::string encoding;
};

base::Result<PartHeader> read_lines(std::string_view header) {
    PartHeader found;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find("\r\n"), header.size());
        const std::string_view line = header.substr(0, end);
        header.remove_prefix(std::min(end + 2, header.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0) return malformed("a line of a part's header has no name");
        const std::string_view name = line.substr(0, colon);
        std::string value(line.substr(colon + 1));
        if (same_name(name, "Content-Disposition")) {
            if (found.disposition) return malformed("a part has two Content-Dispositions");
            found.disposition = std::move(value);
        } else if (same_name(name, "Content-Type")) {
            found.content_type = std::move(value);
        } else if (same_name(name, "Content-Transfer-Encoding")) {
            found.encoding = std::move(value);
        }
    }
    return found;
}

bool is_plain(std::string_view encoding) {
    const auto parsed = parse_header_value(encoding);
    return encoding.empty() ||
           (parsed && (parsed->value == "binary" || parsed->value == "8bit" || parsed->value == "7bit"));
}

bool is_utf8(std::string_view text) {
    return base::valid_utf8(text) == text;
}

}  // namespace

base::Result<std::string> parse_boundary(std::string_view content_type) {
    constexpr std::string_view allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
    constexpr std::size_t longest = 70;
    const auto parsed = parse_header_value(content_type);
    if (!parsed || parsed->value != "multipart/form-data")
        return base::fail(ErrorCode::content_type_refused, "the body must be multipart/form-data");
    const auto found = parsed->parameters.find("boundary");
    const bool good = found != parsed->parameters.end() && !found->second.empty() && found->second.size() <= longest &&
                      found->second.find_first_not_of(allowed) == std::string::npos && !found->second.ends_with(' ');
    if (!good) return malformed("its Content-Type has no boundary of 1 to 70 characters");
    return found->second;
}

MultipartReader::MultipartReader(std::string_view boundary, FormVisitor& visitor, const MultipartLimits& limits)
    : delimiter_("\r\n--" + std::string(boundary)), visitor_(visitor), limits_(limits) {}

base::Result<void> MultipartReader::put(std::string_view bytes) {
    if (place_ == Place::epilogue) return {};
    pending_ += bytes;
    while (true) {
        const auto more = step();
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
    }
}

// Whether there may be more to read in what is pending.
base::Result<bool> MultipartReader::step() {
    switch (place_) {
        case Place::delimiter:
            return read_delimiter();
        case Place::header:
            return read_header();
        case Place::epilogue:
            pending_.clear();
            return false;
        default:
            return read_content();
    }
}

base::Result<bool> MultipartReader::read_content() {
    const std::size_t at = pending_.find(delimiter_);
    const bool found = at != std::string::npos;
    const std::size_t keep = delimiter_.size() - 1;
    const std::size_t size = found ? at : pending_.size() - std::min(pending_.size(), keep);
    if (auto taken = take_content(std::string_view(pending_).substr(0, size)); !taken)
        return std::unexpected(taken.error());
    pending_.erase(0, size);
    if (!found) return false;
    if (auto ended = end_content(); !ended) return std::unexpected(ended.error());
    pending_.erase(0, delimiter_.size());
    place_ = Place::delimiter;
    return true;
}

// What follows a delimiter: "--" ends the form, a line break (blanks may precede it) begins a part.
base::Result<bool> MultipartReader::read_delimiter() {
    if (pending_.size() < 2) return false;
    if (pending_.starts_with("--")) {
        place_ = Place::epilogue;
        return true;
    }
    const std::size_t end = pending_.find_first_not_of(" \t");
    const std::size_t padding = std::min(end, pending_.size());
    if (padding > longest_padding) return malformed("a delimiter is followed by too many blanks");
    if (pending_.size() < padding + 2) {
        if (end == std::string::npos || pending_[end] == '\r') return false;
        return malformed("a delimiter is not followed by a line break");
    }
    if (pending_.compare(padding, 2, "\r\n") != 0) return malformed("a delimiter is not followed by a line break");
    if (++parts_ > limits_.parts) return malformed("it has more than " + std::to_string(limits_.parts) + " parts");
    // The line break stays: with it, an empty header ends like any other.
    pending_.erase(0, padding);
    place_ = Place::header;
    return true;
}

base::Result<bool> MultipartReader::read_header() {
    constexpr std::string_view blank_line = "\r\n\r\n";
    const std::size_t at = pending_.find(blank_line);
    // Without one, the blank line can begin in the last three bytes at the earliest.
    const std::size_t least =
        at == std::string::npos ? pending_.size() - std::min<std::size_t>(pending_.size(), 3) : at;
    if (least > limits_.header_bytes) return malformed("the header of a part is too long");
    if (at == std::string::npos) return false;
    const std::string header = at == 0 ? std::string() : pending_.substr(2, at - 2);
    pending_.erase(0, at + blank_line.size());
    if (auto taken = take_header(header); !taken) return std::unexpected(taken.error());
    return true;
}

base::Result<void> MultipartReader::take_header(std::string_view header) {
    const auto lines = read_lines(header);
    if (!lines) return std::unexpected(lines.error());
    const auto disposition = parse_header_value(lines->disposition.value_or(""));
    if (!disposition || disposition->value != "form-data" || !disposition->parameters.contains("name"))
        return malformed("a part lacks \"Content-Disposition: form-data; name=…\"");
    if (!is_plain(lines->encoding)) return malformed("a part has a Content-Transfer-Encoding, which forms do not have");
    name_ = disposition->parameters.at("name");
    const auto file_name = disposition->parameters.find("filename");
    const bool is_file = file_name != disposition->parameters.end();
    if (!is_utf8(name_) || (is_file && !is_utf8(file_name->second))) return malformed("a name is not UTF-8");
    value_.clear();
    place_ = is_file ? Place::file : Place::field;
    if (!is_file) return {};
    return visitor_.file_begin(name_, file_name->second, media_type_of(lines->content_type));
}

base::Result<void> MultipartReader::take_content(std::string_view content) {
    if (content.empty()) return {};
    if (place_ == Place::file) return visitor_.file_bytes(content);
    if (place_ == Place::preamble) {
        preamble_bytes_ += content.size();
        if (preamble_bytes_ > limits_.preamble_bytes) return malformed("it does not begin with its delimiter");
        return {};
    }
    if (value_.size() + content.size() > limits_.field_bytes) {
        return malformed("the field \"" + base::printable(name_, 40) + "\" is longer than " +
                         std::to_string(limits_.field_bytes) + " bytes");
    }
    value_ += content;
    return {};
}

base::Result<void> MultipartReader::end_content() {
    if (place_ == Place::file) return visitor_.file_end();
    if (place_ == Place::preamble) return {};
    if (!is_utf8(value_)) return malformed("the field \"" + base::printable(name_, 40) + "\" is not UTF-8");
    return visitor_.field(name_, value_);
}

base::Result<void> MultipartReader::finish() const {
    if (place_ == Place::epilogue) return {};
    return malformed("it ends before its closing delimiter");
}

}  // namespace upload
