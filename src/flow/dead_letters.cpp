#include "flow/dead_letters.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "flow/letters.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::string_view reader_group = "dead_letters.reader";
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

base::Result<void> publish(bus::Bus& bus, std::string_view topic, std::string id, const DeadLetter& letter) {
    const std::array messages{
        bus::Message{std::move(id), std::string(topic), letter.event.partition_key, to_json(letter)}};
    const auto published = bus.publish(messages);
    if (!published) return std::unexpected(published.error());
    return {};
}

std::int64_t records_of(const std::vector<bus::PartitionLag>& partitions) {
    std::int64_t records = 0;
    for (const bus::PartitionLag& partition : partitions)
        records += partition.records();
    return records;
}

// Keeps the oldest.
void cut(std::vector<bus::Record>& records, std::size_t limit) {
    std::ranges::stable_sort(records, {}, &bus::Record::published);
    if (records.size() > limit) records.resize(limit);
}

// Everything in the topic, never committed, so that it is there again the next time.
base::Result<std::vector<bus::Record>> read_topic(bus::Bus& bus, std::size_t limit) {
    const std::array topics{std::string(dead_letter_topic)};
    const auto consumer = bus.subscribe(reader_group, topics);
    if (!consumer) return std::unexpected(consumer.error());
    std::vector<bus::Record> records;
    std::int64_t read = 0;
    while (true) {
        auto batch = (*consumer)->poll();
        if (!batch) return std::unexpected(std::move(batch.error()));
        if (batch->records.empty()) break;
        read += static_cast<std::int64_t>(batch->records.size() + batch->skipped_records);
        std::ranges::move(batch->records, std::back_inserter(records));
        cut(records, limit);
    }
    const auto lag = bus.lag(reader_group);
    if (!lag) return std::unexpected(lag.error());
    if (read < records_of(*lag))
        return fail(ErrorCode::unavailable, "somebody else reads the dead letters just now; try again");
    return records;
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

base::Result<std::vector<DeadLetter>> list_dead_letters(bus::Bus& bus, std::size_t limit) {
    const auto records = read_topic(bus, limit);
    if (!records) return std::unexpected(records.error());
    std::vector<DeadLetter> letters;
    for (const bus::Record& record : *records) {
        auto letter = parse_dead_letter(record.value);
        if (!letter) return std::unexpected(std::move(letter.error()));
        letters.push_back(*std::move(letter));
    }
    return letters;
}

base::Result<void> replay(bus::Bus& bus, const DeadLetter& letter) {
    if (letter.event.source == malformed_source)
        return fail(ErrorCode::invalid_argument, "a record that is no event cannot be replayed");
    return publish(bus, replay_topic, base::derived_id("replay", natural_key(letter, letter.tries)), letter);
}

base::Result<void> publish_dead_letter(bus::Bus& bus, const DeadLetter& letter, std::int64_t earlier_tries) {
    return publish(bus, dead_letter_topic, base::derived_id(dead_letter_topic, natural_key(letter, earlier_tries)),
                   letter);
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
