#include "services/transcription/plan_writer.hpp"

#include <algorithm>
#include <utility>

#include "services/transcription/announcements.hpp"
#include "services/transcription/pcm.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;
using model::SegmentState;

constexpr std::size_t batch_segments = 8;

// The row that a claim's transaction writes to; aborts when there is none any more.
Result<RunRow> locked(store::Transaction& transaction, const std::string& run_id) {
    auto row = lock_run(transaction, run_id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!row->has_value()) return transaction.abort({ErrorCode::lease_lost, "the run is gone"});
    return **std::move(row);
}

}  // namespace

PlanWriter::PlanWriter(const Tools& tools, const store::Claim& claim, const RunRow& row,
                       std::optional<std::string> earlier, std::unique_ptr<blob::TenantBlobs> blobs)
    : tools_(tools),
      claim_(claim),
      row_(row),
      earlier_(std::move(earlier)),
      blobs_(std::move(blobs)),
      committed_(row.run.segments_total) {}

Result<void> PlanWriter::add(speech::CutSegment segment, std::int64_t heard_samples) {
    if (next_index_ < committed_) {
        auto checked = next_index_ + 1 == committed_ ? check_repeated(segment.plan) : Result<void>();
        ++next_index_;
        return checked;
    }
    auto planned = prepare(std::move(segment));
    if (!planned) return std::unexpected(std::move(planned.error()));
    ++next_index_;
    batch_.segments.push_back(*std::move(planned));
    batch_.heard_samples = heard_samples;
    return committed_ == 0 || batch_.segments.size() >= batch_segments ? commit_batch() : Result<void>();
}

Result<void> PlanWriter::check_repeated(const speech::PlannedSegment& plan) const {
    auto transaction = tools_.platform.database.tenant(claim_.tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto row = find_segment(*transaction, row_.run.id, next_index_);
    if (!row) return std::unexpected(row.error());
    if (row->has_value() && (*row)->plan == plan) return {};
    return base::fail(ErrorCode::conflict, "the plan of this run cannot be continued: segment " +
                                               std::to_string(next_index_) +
                                               " comes out otherwise than before; retry the session");
}

Result<bool> PlanWriter::is_done_earlier(const SegmentRow& row) const {
    if (!earlier_) return false;
    auto transaction = tools_.platform.database.tenant(claim_.tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto found = find_segment(*transaction, *earlier_, row.index);
    if (!found) return std::unexpected(found.error());
    return found->has_value() && (*found)->state == SegmentState::done && (*found)->plan == row.plan &&
           (*found)->engine == row.engine;
}

// What must be durable before the row that names it.
Result<PlanWriter::Planned> PlanWriter::prepare(speech::CutSegment segment) {
    Planned planned{.row = {.index = next_index_,
                            .plan = std::move(segment.plan),
                            .skipped = std::string(segment.skipped),
                            .engine = row_.run.engine}};
    if (!planned.row.skipped.empty()) {
        planned.row.state = SegmentState::done;
        return planned;
    }
    const auto done = is_done_earlier(planned.row);
    if (!done) return std::unexpected(done.error());
    planned.taken_over = *done;
    if (planned.taken_over && row_.speakers.empty()) return planned;
    // Voices do not outlive their run: where they are wanted, they are heard again.
    planned.row.pcm_key = pcm_key(row_.run.id, next_index_, claim_.token);
    auto written = write_pcm(*blobs_, planned.row.pcm_key, segment.samples);
    if (!written) return std::unexpected(std::move(written.error()));
    return planned;
}

Result<void> PlanWriter::commit_batch() {
    auto transaction = tools_.platform.database.tenant(claim_.tenant_id, origin_of(claim_)).write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    if (auto held = store::check_work(*transaction, claim_); !held) return held;
    const auto before = locked(*transaction, row_.run.id);
    if (!before) return std::unexpected(before.error());
    RunRow after = *before;
    if (auto written = write(*transaction, *before, after, batch_, earlier_); !written) return written;
    if (auto saved = save_run(*transaction, *before, after); !saved) return saved;
    if (const auto ended = transaction->commit(); !ended) return std::unexpected(ended.error());
    committed_ = after.run.segments_total;
    batch_ = {};
    return {};
}

flow::CommitWork PlanWriter::finish(PlanEnd end) const {
    return [run_id = row_.run.id, batch = batch_, earlier = earlier_,
            end = std::move(end)](store::Transaction& transaction) -> Result<void> {
        const auto before = locked(transaction, run_id);
        if (!before) return std::unexpected(before.error());
        RunRow after = *before;
        if (auto written = write(transaction, *before, after, batch, earlier); !written) return written;
        if (auto finished = change(after, model::PlanFinished{}); !finished) return finished;
        after.heard_samples = end.heard_samples;
        after.channels = end.channels;
        after.damages = end.damages;
        return save_run(transaction, *before, after);
    };
}

Result<void> PlanWriter::write(store::Transaction& transaction, const RunRow& before, RunRow& after, const Batch& batch,
                               const std::optional<std::string>& earlier) {
    const auto count = static_cast<std::int64_t>(batch.segments.size());
    if (count == 0) return {};
    if (batch.segments.front().row.index != before.run.segments_total) {
        return transaction.abort({ErrorCode::conflict, "the plan of this run was written by somebody else"});
    }
    if (auto added = change(after, model::SegmentsAdded{count}); !added) return added;
    after.heard_samples = batch.heard_samples;
    for (const Planned& segment : batch.segments) {
        if (auto written = write_segment(transaction, after, segment, earlier); !written) return written;
    }
    const auto ready =
        std::ranges::count_if(batch.segments, [](const Planned& segment) { return !segment.row.pcm_key.empty(); });
    return announce_segments(transaction, after.run, before.run.segments_total, ready);
}

Result<void> PlanWriter::write_segment(store::Transaction& transaction, RunRow& after, const Planned& segment,
                                       const std::optional<std::string>& earlier) {
    const std::string& run_id = after.run.id;
    const auto written = segment.taken_over
                             ? copy_segment(transaction, *earlier, run_id, segment.row.index, segment.row.pcm_key)
                             : insert_segment(transaction, run_id, segment.row);
    if (!written) return written;
    if (!segment.row.pcm_key.empty()) return add_segment(transaction, after, segment.row.index);
    return change(after, model::SegmentDone{});
}

}  // namespace transcription
