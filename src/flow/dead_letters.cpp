#include "flow/dead_letters.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <set>

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "flow/letters.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view letters_group = "dead_letters.reader";
constexpr std::string_view replays_group = "replays.reader";
constexpr std::string_view malformed_source = "malformed";
constexpr std::size_t longest_letter_bytes = std::size_t{1} << 20U;
constexpr std::size_t longest_message_bytes = 2000;

ErrorCode code_of(const std::string& name, base::JsonFields& fields) {
    const auto catalogue = base::error_catalogue();
    const auto kind = std::ranges::find(catalogue, name, &base::ErrorKind::name);
    if (kind != catalogue.end()) return kind->code;
    fields.fault("\"code\" must be the code of an error");
    return ErrorCode::internal;
}

base::Result<base::Error> read_error(const base::Json& json) {
    base::JsonFields fields(json, "the dead letter's error");
    base::Error error{code_of(fields.text("code"), fields), fields.text("message", 4 * longest_message_bytes)};
    if (auto end = fields.finish(); !end) return std::unexpected(std::move(end.error()));
    return error;
}

// What makes this death this death: the tries grow with each replay that failed again.
std::string natural_key(const DeadLetter& letter, std::int64_t tries) {
    return letter.consumer + "/" + letter.event.id + "/" + std::to_string(tries);
}

std::string replay_id(const DeadLetter& letter) {
    return base::derived_id(replay_topic, natural_key(letter, letter.tries));
}

// Whether it was new.
base::Result<bool> publish(bus::Bus& bus, std::string_view topic, std::string id, const DeadLetter& letter) {
    const std::array messages{
        bus::Message{std::move(id), std::string(topic), letter.event.partition_key, to_json(letter)}};
    const auto published = bus.publish(messages);
    if (!published) return std::unexpected(published.error());
    return *published > 0;
}

std::int64_t records_of(const std::vector<bus::PartitionLag>& partitions) {
    std::int64_t records = 0;
    for (const bus::PartitionLag& partition : partitions)
        records += partition.records();
    return records;
}

// Everything in the topic, never committed, so that it is there again the next time.
base::Result<void> read_topic(bus::Bus& bus, std::string_view topic, std::string_view group,
                              const std::function<base::Result<void>(const bus::Record&)>& visit) {
    const std::array topics{std::string(topic)};
    const auto consumer = bus.subscribe(group, topics);
    if (!consumer) return std::unexpected(consumer.error());
    std::int64_t read = 0;
    while (true) {
        const auto batch = (*consumer)->poll();
        if (!batch) return std::unexpected(batch.error());
        if (batch->records.empty()) break;
        read += static_cast<std::int64_t>(batch->records.size() + batch->skipped_records);
        for (const bus::Record& record : batch->records) {
            if (auto visited = visit(record); !visited) return visited;
        }
    }
    const auto lag = bus.lag(group);
    if (!lag) return std::unexpected(lag.error());
    if (read < records_of(*lag))
        return fail(ErrorCode::unavailable, "somebody else reads the dead letters just now; try again");
    return {};
}

using Ids = std::set<std::string, std::less<>>;

base::Result<Ids> replayed_ids(bus::Bus& bus) {
    Ids ids;
    const auto read = read_topic(bus, replay_topic, replays_group, [&](const bus::Record& record) {
        ids.insert(record.id);
        return base::Result<void>();
    });
    if (!read) return std::unexpected(read.error());
    return ids;
}

bool fits(const KeptLetter& letter, const LetterFilter& filter) {
    const auto is = [](const std::string& wanted, const std::string& value) {
        return wanted.empty() || wanted == value;
    };
    return is(filter.type, letter.event.type) && is(filter.consumer, letter.consumer) &&
           is(filter.event_id, letter.event.id) && !(filter.waiting_only && letter.replayed);
}

// Keeps the oldest.
void cut(std::vector<KeptLetter>& letters, std::size_t limit) {
    std::ranges::stable_sort(letters, {}, &KeptLetter::died);
    if (letters.size() > limit) letters.erase(letters.begin() + static_cast<std::ptrdiff_t>(limit), letters.end());
}

}  // namespace

std::string to_json(const DeadLetter& letter) {
    const auto event = base::parse_json(model::to_json(letter.event));
    return base::to_canonical_json(base::JsonObject{
        {"consumer", letter.consumer},
        {"event", event ? *event : base::Json()},
        {"error",
         base::JsonObject{{"code", base::code_name(letter.error.code)},
                          {"message", base::valid_utf8(letter.error.message.substr(0, longest_message_bytes))}}},
        {"tries", letter.tries},
    });
}

base::Result<DeadLetter> parse_dead_letter(std::string_view text) {
    const auto json = base::parse_json(text, {.size_bytes = longest_letter_bytes});
    if (!json) return std::unexpected(json.error());
    base::JsonFields fields(*json, "the dead letter");
    DeadLetter letter;
    letter.consumer = fields.text("consumer");
    letter.tries = fields.integer("tries", 0, std::numeric_limits<std::int32_t>::max());
    const base::Json* event = fields.any("event");
    const base::Json* error = fields.any("error");
    if (event == nullptr) fields.fault("\"event\" is missing");
    if (error == nullptr) fields.fault("\"error\" is missing");
    if (auto end = fields.finish(); !end) return std::unexpected(std::move(end.error()));
    auto parsed = model::parse_event(base::to_canonical_json(*event));
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    letter.event = *std::move(parsed);
    auto told = read_error(*error);
    if (!told) return std::unexpected(std::move(told.error()));
    letter.error = *std::move(told);
    return letter;
}

base::Result<std::vector<KeptLetter>> list_dead_letters(bus::Bus& bus, std::size_t limit, const LetterFilter& filter) {
    const auto replayed = replayed_ids(bus);
    if (!replayed) return std::unexpected(replayed.error());
    std::vector<KeptLetter> letters;
    const auto read = read_topic(bus, dead_letter_topic, letters_group, [&](const bus::Record& record) {
        auto letter = parse_dead_letter(record.value);
        if (!letter) return base::Result<void>(std::unexpected(std::move(letter.error())));
        const bool again = replayed->contains(replay_id(*letter));
        KeptLetter kept{*std::move(letter), record.published, again};
        if (fits(kept, filter)) letters.push_back(std::move(kept));
        if (letters.size() > 2 * limit) cut(letters, limit);
        return base::Result<void>();
    });
    if (!read) return std::unexpected(read.error());
    cut(letters, limit);
    return letters;
}

bool can_be_replayed(const DeadLetter& letter) {
    return letter.event.source != malformed_source;
}

base::Result<bool> replay(bus::Bus& bus, const DeadLetter& letter) {
    if (!can_be_replayed(letter))
        return fail(ErrorCode::invalid_argument, "a record that is no event cannot be replayed");
    return publish(bus, replay_topic, replay_id(letter), letter);
}

base::Result<void> publish_dead_letter(bus::Bus& bus, const DeadLetter& letter, std::int64_t earlier_tries) {
    const auto published = publish(bus, dead_letter_topic,
                                   base::derived_id(dead_letter_topic, natural_key(letter, earlier_tries)), letter);
    if (!published) return std::unexpected(published.error());
    return {};
}

model::Event stand_in_for(const bus::Record& record) {
    return {.id = base::is_id(record.id) ? record.id : base::derived_id(malformed_source, record.id),
            .type = model::is_event_type(record.topic) ? record.topic : "malformed.record",
            .tenant_id = "unknown",
            .partition_key = "malformed",
            .payload =
                base::JsonObject{
                    {"topic", record.topic}, {"partition", std::int64_t{record.partition}}, {"offset", record.offset}},
            .timestamp = record.published,
            .correlation_id = "malformed",
            .source = std::string(malformed_source)};
}

}  // namespace flow
