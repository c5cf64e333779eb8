#include "blob/layout.hpp"

#include <algorithm>
#include <charconv>

#include "base/encoding.hpp"

namespace blob {
namespace {

constexpr std::size_t longest_key = 200;
constexpr std::size_t longest_tenant = 64;
constexpr std::size_t time_digits = 12;
constexpr std::size_t random_digits = 20;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view part_prefix = "part-";
constexpr std::size_t part_digits = 5;

bool is_plain(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '.' || letter == '_' || letter == '-';
}

bool is_segment(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, is_plain);
}

bool is_key(std::string_view key) {
    if (key.size() > longest_key) return false;
    for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/')) {
        if (!is_segment(key.substr(0, slash))) return false;
        key.remove_prefix(slash + 1);
    }
    return is_segment(key);
}

template <class Number>
std::optional<Number> parse(std::string_view digits, int base) {
    Number number{};
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    if (fault != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

}  // namespace

base::Result<void> check_tenant(std::string_view tenant) {
    if (tenant.size() <= longest_tenant && is_segment(tenant)) return {};
    return base::fail(base::ErrorCode::invalid_argument,
                      "a tenant is 1 to 64 letters, digits, '.', '_' or '-', and neither \".\" nor \"..\"");
}

base::Result<void> check_key(std::string_view key) {
    if (is_key(key)) return {};
    return base::fail(
        base::ErrorCode::invalid_argument,
        "a blob's key is 1 to 200 letters, digits, '.', '_', '-' and '/', without empty, \".\" or \"..\" segments");
}

// No key has a '+', so that two keys never share a folder.
std::string folder_name(std::string_view key) {
    std::string name(key);
    std::ranges::replace(name, '/', '+');
    return name;
}

std::optional<std::string> key_of_folder(std::string_view name) {
    std::string key(name);
    if (key.contains('/')) return std::nullopt;
    std::ranges::replace(key, '+', '/');
    if (!is_key(key)) return std::nullopt;
    return key;
}

std::string make_id(std::int64_t utc_ms, std::span<const std::byte, 10> random) {
    std::string id(time_digits, '0');
    auto left = static_cast<std::uint64_t>(utc_ms);
    for (std::size_t place = time_digits; place > 0; --place, left >>= 4U)
        id[place - 1] = hex_digits[left & 15U];
    return id + '-' + base::to_hex(random);
}

std::optional<std::int64_t> time_of_id(std::string_view id) {
    if (id.size() != time_digits + 1 + random_digits || id[time_digits] != '-') return std::nullopt;
    const std::string_view random = id.substr(time_digits + 1);
    if (random.find_first_not_of(hex_digits) != std::string_view::npos) return std::nullopt;
    if (id.substr(0, time_digits).find_first_not_of(hex_digits) != std::string_view::npos) return std::nullopt;
    return parse<std::int64_t>(id.substr(0, time_digits), 16);
}

std::string part_name(std::uint32_t number) {
    const std::string digits = std::to_string(number);
    return std::string(part_prefix) + std::string(part_digits - std::min(part_digits, digits.size()), '0') + digits;
}

std::optional<std::uint32_t> number_of_part(std::string_view name) {
    if (!name.starts_with(part_prefix) || name.size() != part_prefix.size() + part_digits) return std::nullopt;
    return parse<std::uint32_t>(name.substr(part_prefix.size()), 10);
}

TenantFolders tenant_folders(const std::filesystem::path& root, std::string_view tenant) {
    const std::filesystem::path folder = root / tenant;
    return {folder, folder / "blobs", folder / "uploads", folder / "trash"};
}

}  // namespace blob
