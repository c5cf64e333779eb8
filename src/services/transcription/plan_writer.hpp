// Writes the plan of a run, a batch of segments at a time: their samples first, then the rows that name them. A plan
// that was begun before is gone over again: what is committed already is passed over, because the same video gives the
// same segments to the same engine. One object a claim, on one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "blob/blobs.hpp"
#include "services/transcription/segment_rows.hpp"
#include "services/transcription/tools.hpp"
#include "speech/cutter.hpp"
#include "store/work.hpp"

namespace transcription {

/// What is known of the whole video at the end of the plan.
struct PlanEnd {
    std::int64_t heard_samples = 0;
    std::int64_t channels = 0;  // as model::Transcript has it
    std::string damages = "[]";
};

class PlanWriter {
  public:
    /// `row`: the run as the beginning of this plan committed it. `earlier`: a run to take segments over from.
    PlanWriter(const Tools& tools, const store::Claim& claim, const RunRow& row, std::optional<std::string> earlier,
               std::unique_ptr<blob::TenantBlobs> blobs);

    /// The next segment, in order; commits a batch when there is one: the first segment at once, so that recognition
    /// begins early. Errors: lease_lost; conflict when the plan does not repeat what is committed; those of blobs and
    /// store.
    base::Result<void> add(speech::CutSegment segment, std::int64_t heard_samples);
    /// What commits the rest and the end of the plan.
    [[nodiscard]] flow::CommitWork finish(PlanEnd end) const;

  private:
    struct Planned {
        SegmentRow row;
        bool taken_over = false;  // from the earlier run
    };
    struct Batch {
        std::vector<Planned> segments;
        std::int64_t heard_samples = 0;
    };
    [[nodiscard]] base::Result<void> check_repeated(const speech::PlannedSegment& plan) const;
    [[nodiscard]] base::Result<bool> is_done_earlier(const SegmentRow& row) const;
    base::Result<Planned> prepare(speech::CutSegment segment);
    base::Result<void> commit_batch();
    static base::Result<void> write(store::Transaction& transaction, const RunRow& before, RunRow& after,
                                    const Batch& batch, const std::optional<std::string>& earlier);
    static base::Result<void> write_segment(store::Transaction& transaction, RunRow& after, const Planned& segment,
                                            const std::optional<std::string>& earlier);

    const Tools& tools_;
    store::Claim claim_;
    RunRow row_;
    std::optional<std::string> earlier_;
    std::unique_ptr<blob::TenantBlobs> blobs_;
    std::int64_t next_index_ = 0;
    std::int64_t committed_;  // segments whose rows are there
    Batch batch_;
};

}  // namespace transcription
