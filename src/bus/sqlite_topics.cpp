#include "bus/sqlite_topics.hpp"

namespace bus {
namespace {

constexpr std::size_t longest_name = 128;
constexpr std::string_view name_letters = "abcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace

base::Result<void> check_name(std::string_view what, std::string_view name) {
    const bool good =
        !name.empty() && name.size() <= longest_name && name.find_first_not_of(name_letters) == std::string_view::npos;
    if (good) return {};
    return base::fail(base::ErrorCode::invalid_argument,
                      "a " + std::string(what) + " is 1 to 128 of a-z, 0-9, '.', '_', '-'");
}

base::Result<TopicRow> find_topic(SqliteFile& file, std::string_view name) {
    auto rows = file.query("select id, partitions from topics where name = ?", {name});
    if (!rows) return std::unexpected(rows.error());
    const auto found = rows->next();
    if (!found) return std::unexpected(found.error());
    if (!*found) return TopicRow{};
    return TopicRow{rows->number(0), rows->number(1)};
}

base::Result<TopicRow> find_or_make_topic(SqliteFile& file, std::string_view name, std::uint32_t partitions) {
    auto found = find_topic(file, name);
    if (!found || found->id != 0) return found;
    auto made = file.run("insert into topics (name, partitions) values (?, ?)", {name, std::int64_t{partitions}});
    if (!made) return std::unexpected(made.error());
    found = find_topic(file, name);
    for (std::int64_t number = 0; found && number < found->partitions; ++number) {
        made = file.run(
            "insert into partitions (topic, number, first_offset, next_offset, bytes, last_ms) values (?, ?, 0, 0, 0, "
            "0)",
            {found->id, number});
        if (!made) return std::unexpected(made.error());
    }
    return found;
}

std::int64_t utc_ms(const base::Clock& clock) {
    return std::chrono::floor<std::chrono::milliseconds>(clock.utc_now().time_since_epoch()).count();
}

Time time_of(std::int64_t utc_ms) {
    return Time(std::chrono::milliseconds(utc_ms));
}

}  // namespace bus
