#include "services/transcription/segment_worker.hpp"

#include <utility>

#include "services/transcription/announcements.hpp"
#include "services/transcription/endings.hpp"
#include "services/transcription/pcm.hpp"
#include "services/transcription/segment_rows.hpp"
#include "services/transcription/session_vocabulary.hpp"
#include "services/transcription/work.hpp"
#include "speech/batching_recogniser.hpp"

namespace transcription {
namespace {

using base::Result;

struct Recognised {
    WorkPayload segment;
    speech::Recognition recognition;
    std::int64_t samples = 0;
};

// The first commit counts; a run that has ended takes none.
Result<void> commit(const Tools& tools, store::Transaction& transaction, const Recognised& recognised) {
    const auto before = lock_run(transaction, recognised.segment.run_id);
    if (!before) return std::unexpected(before.error());
    if (!before->has_value() || (*before)->run.state != model::RunState::running) return {};
    const auto first =
        finish_segment(transaction, recognised.segment.run_id, recognised.segment.index, recognised.recognition);
    if (!first) return std::unexpected(first.error());
    if (!*first) return {};
    RunRow after = **before;
    if (auto done = change(after, model::SegmentDone{}); !done) return done;
    if (auto saved = save_run(transaction, **before, after); !saved) return saved;
    tools.measures.recognised(recognised.samples);
    return announce_progress(transaction, after);
}

// A segment that waits to be recognised, or only to have its voices heard.
struct Waiting {
    SegmentRow row;
    std::optional<speech::Recognition> known;  // by an earlier run
};

Result<std::optional<Waiting>> waiting_segment(const Tools& tools, const store::Claim& claim,
                                               const WorkPayload& segment) {
    auto transaction = tools.platform.database.tenant(claim.tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    auto row = find_segment(*transaction, segment.run_id, segment.index);
    if (!row) return std::unexpected(std::move(row.error()));
    if (!row->has_value() || (*row)->state != model::SegmentState::ready) return std::nullopt;
    auto known = find_recognition(*transaction, segment.run_id, segment.index);
    if (!known) return std::unexpected(std::move(known.error()));
    return Waiting{**std::move(row), *std::move(known)};
}

Result<std::vector<float>> samples_of(const Tools& tools, const store::Claim& claim, const SegmentRow& row) {
    const auto blobs = tools.platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    return read_pcm(**blobs, row.pcm_key);
}

// An engine of this instance: its segments share batches, those that listen for the same words.
struct Ears {
    Ears(const std::shared_ptr<const speech::Recogniser>& engine, std::size_t turns)
        : listeners(engine), batches(engine, turns, claims_a_turn) {}
    Listeners listeners;
    speech::BatchingRecogniser batches;
};

// What a run's engine does with a segment.
struct Hearing {
    std::shared_ptr<const Ears> ears;
    std::shared_ptr<const speech::SpeakerModel> speaker_model;  // absent: speakers are not told apart
};

Result<speech::Recognition> words_of(const Tools& tools, const Hearing& hearing, const store::Claim& claim,
                                     const WorkPayload& segment, std::span<const float> samples) {
    const auto listener = hearing.ears->listeners.get(tools, claim, segment.run_id);
    if (!listener) return std::unexpected(listener.error());
    return hearing.ears->batches.recognise_with(*listener, samples);
}

Result<flow::CommitWork> recognise(const SharedTools& tools, const Hearing& hearing, const store::Claim& claim,
                                   const flow::WorkLease& lease) {
    const auto segment = payload_of(claim);
    if (!segment) return std::unexpected(segment.error());
    const auto waiting = waiting_segment(*tools, claim, *segment);
    if (!waiting) return std::unexpected(waiting.error());
    if (!waiting->has_value()) return nothing_to_do();
    const auto samples = samples_of(*tools, claim, (*waiting)->row);
    if (!samples) return std::unexpected(samples.error());
    if (lease.lost()) return base::fail(base::ErrorCode::lease_lost, "the recognition was stopped");
    auto recognition = (*waiting)->known ? *(*waiting)->known : words_of(*tools, hearing, claim, *segment, *samples);
    if (!recognition) return std::unexpected(std::move(recognition.error()));
    if (hearing.speaker_model) speech::hear_voices(*hearing.speaker_model, *samples, *recognition);
    return [tools, recognised = Recognised{*segment, *std::move(recognition), std::ssize(*samples)}](
               store::Transaction& transaction) { return commit(*tools, transaction, recognised); };
}

flow::WorkHandler segment_worker(const SharedTools& tools, const Hearing& hearing, const std::string& fingerprint,
                                 std::size_t at_once) {
    return {.kind = std::string(segment_kind),
            .capability = fingerprint,
            .at_once = at_once,
            .work = [tools, hearing](const store::Claim& claim,
                                     const flow::WorkLease& lease) { return recognise(tools, hearing, claim, lease); },
            .gave_up = [tools](store::Transaction& transaction, const store::Claim& claim,
                               const base::Error& error) { return break_run(*tools, transaction, claim, error); }};
}

}  // namespace

std::vector<flow::WorkHandler> segment_workers(const SharedTools& tools, const LoadedEngine& engine,
                                               std::size_t turns) {
    const auto ears = std::make_shared<const Ears>(engine.engine.recogniser, turns);
    const std::size_t at_once = turns * claims_a_turn;
    std::vector<flow::WorkHandler> workers{segment_worker(tools, {ears, nullptr}, engine.fingerprint, at_once)};
    if (engine.fingerprint_speakers.empty()) return workers;
    workers.push_back(segment_worker(tools, {ears, engine.engine.speaker_model}, engine.fingerprint_speakers, at_once));
    return workers;
}

}  // namespace transcription
