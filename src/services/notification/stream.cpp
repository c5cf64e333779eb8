#include "services/notification/stream.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "services/notification/told.hpp"

namespace notification {
namespace {

using base::Result;

constexpr std::int64_t rows_a_read = 200;
constexpr std::chrono::hours longest_stream{1};
constexpr std::string_view reset_data =
    R"({"type":"reset","message":"Events before this one are gone; read the sessions to see where they stand."})";

runtime::SseEvent to_event(const FeedRow& row) {
    return {.id = std::to_string(row.seq), .type = row.type, .data = row.event};
}

}  // namespace

StreamReads stream_reads(runtime::Metrics& metrics) {
    auto& family = metrics.counter({.name = "notification_stream_reads_total",
                                    .help = "Looks of event streams for what is new, by where they looked",
                                    .labels = {"place"}});
    return {family.with({"tail"}), family.with({"database"})};
}

FeedStream::FeedStream(const flow::Platform& platform, std::shared_ptr<Tail> tail, StreamWish wish)
    : platform_(platform),
      tail_(std::move(tail)),
      wish_(std::move(wish)),
      reads_(stream_reads(platform.metrics)),
      end_(platform.clock.now() + longest_stream) {}

Result<runtime::SseBatch> FeedStream::next(std::size_t max_bytes) {
    runtime::SseBatch batch;
    begin(batch);
    if (ended_) return runtime::SseBatch{.last = true};
    const auto found = find();
    if (!found) return std::unexpected(found.error());
    std::size_t size_bytes = 0;
    for (std::size_t place = 0; place < found->read.rows.size(); ++place) {
        const SharedRow& row = found->read.rows[place];
        if (size_bytes > 0 && size_bytes + row->event.size() > max_bytes) {
            batch.more = true;
            return batch;
        }
        wish_.after = row->seq;
        if (wanted(*row)) {
            size_bytes += row->event.size();
            batch.events.push_back(to_event(*row));
        }
        const auto ends = ends_with(*found, place);
        if (!ends) return std::unexpected(ends.error());
        ended_ = batch.last = *ends;
        if (ended_) return batch;
    }
    wish_.after = found->read.position;
    batch.more = found->more;
    batch.last = ended_ = !batch.more && platform_.clock.now() >= end_;
    return batch;
}

void FeedStream::begin(runtime::SseBatch& batch) {
    if (!std::exchange(wish_.reset, false)) return;
    batch.events.push_back({.id = std::to_string(wish_.after), .type = "reset", .data = std::string(reset_data)});
}

bool FeedStream::wanted(const FeedRow& row) const {
    return wish_.types.empty() || wish_.types.contains(row.type);
}

// A run that was begun anew later has not ended: a replay goes on.
Result<bool> FeedStream::ends_with(const Found& found, std::size_t place) {
    if (wish_.session_id.empty()) return false;
    const FeedRow& row = *found.read.rows[place];
    const ToldType* type = find_told(row.type);
    const Ending ending = type == nullptr ? Ending::none : type->ending;
    if (ending != Ending::of_the_run) return ending == Ending::of_the_session;
    if (!wish_.until_ended) return false;
    const auto later = std::span(found.read.rows).subspan(place + 1);
    if (std::ranges::any_of(later, [](const SharedRow& next) { return next->type == run_begins; })) return false;
    return found.more ? is_last_turn(row) : Result<bool>(true);
}

Result<bool> FeedStream::is_last_turn(const FeedRow& row) {
    auto reading = platform_.database.tenant(wish_.tenant_id).read();
    if (!reading) return std::unexpected(reading.error());
    const auto turn = last_turn(*reading, wish_.session_id);
    if (!turn) return std::unexpected(turn.error());
    return !*turn || (*turn)->seq <= row.seq;
}

Result<FeedStream::Found> FeedStream::find() {
    auto read = tail_->after(wish_.after, wish_.session_id);
    if (!read) return find_in_database();
    reads_.tail.add();
    return Found{std::move(*read)};
}

Result<FeedStream::Found> FeedStream::find_in_database() {
    reads_.database.add();
    auto reading = platform_.database.tenant(wish_.tenant_id).read();
    if (!reading) return std::unexpected(reading.error());
    const auto ends = feed_ends(*reading);
    if (!ends) return std::unexpected(ends.error());
    auto rows = read_feed(*reading, {.after = wish_.after, .session_id = wish_.session_id, .limit = rows_a_read});
    if (!rows) return std::unexpected(rows.error());
    Found found{.read = {}, .more = std::ssize(*rows) == rows_a_read};
    found.read.position = found.more ? rows->back().seq : std::max(wish_.after, ends->last_seq);
    for (FeedRow& row : *rows)
        found.read.rows.push_back(std::make_shared<const FeedRow>(std::move(row)));
    return found;
}

}  // namespace notification
