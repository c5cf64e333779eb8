// Rows of transcription_segments: the plan of each segment and, once it is done, what was said in it (sealed).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/run.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"
#include "store/transaction.hpp"

namespace transcription {

struct SegmentRow {
    std::int64_t index = 0;  // from 0, in order of time
    speech::PlannedSegment plan = {};
    model::SegmentState state = model::SegmentState::ready;
    std::string skipped = {};  // why it is not to be recognised; empty when it is
    std::string pcm_key = {};  // the blob of its samples; empty when it needs none
    std::string engine = {};
};

base::Result<void> insert_segment(store::Transaction& transaction, std::string_view run_id, const SegmentRow& row);
base::Result<std::optional<SegmentRow>> find_segment(store::Reading& reading, std::string_view run_id,
                                                     std::int64_t index);

/// The first commit of a segment: gives whether it was the first; later ones change nothing.
base::Result<bool> finish_segment(store::Transaction& transaction, std::string_view run_id, std::int64_t index,
                                  const speech::Recognition& recognition);
/// A done segment of the earlier run as one of this one: done, or, with the key of its samples, ready to have its
/// voices heard. Errors: unavailable when it is not there any more.
base::Result<void> copy_segment(store::Transaction& transaction, std::string_view earlier_run_id,
                                std::string_view run_id, std::int64_t index, std::string_view pcm_key);
/// What an earlier run has recognised of a segment that is ready; absent when nothing is known of it yet.
base::Result<std::optional<speech::Recognition>> find_recognition(store::ReadTransaction& transaction,
                                                                  std::string_view run_id, std::int64_t index);
/// The voices that were heard in a run's segments go: it has ended.
base::Result<void> forget_voices_heard(store::Transaction& transaction, std::string_view run_id);

struct RecognisedSegment {
    SegmentRow row;
    speech::Recognition recognition;  // empty when skipped
};
/// In order, at most `limit` from this index on.
base::Result<std::vector<RecognisedSegment>> page_segments(store::ReadTransaction& transaction, std::string_view run_id,
                                                           std::int64_t from_index, std::int64_t limit);

/// The plan as its column holds it, and back; exact to the last bit. Errors: internal (rows are our own).
std::string plan_text(const speech::PlannedSegment& plan);
base::Result<speech::PlannedSegment> parse_plan(speech::SampleSpan span, std::string_view text);

}  // namespace transcription
