#include "services/transcription/plan_worker.hpp"

#include <cmath>
#include <utility>

#include "model/audio.hpp"
#include "model/phrases.hpp"
#include "services/transcription/announcements.hpp"
#include "services/transcription/endings.hpp"
#include "services/transcription/plan_writer.hpp"
#include "services/transcription/session_vocabulary.hpp"
#include "services/transcription/work.hpp"
#include "speech/channel_cutter.hpp"
#include "speech/language.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;

std::string damages_text(const std::vector<media::Damage>& damages) {
    base::JsonArray list;
    for (const media::Damage& damage : damages) {
        list.emplace_back(base::JsonObject{{"kind", damage.kind},
                                           {"at_seconds", damage.at_seconds},
                                           {"missing_seconds", damage.missing_seconds},
                                           {"count", damage.count}});
    }
    return base::to_canonical_json(list);
}

void describe(RunRow& row, const model::MediaInfo& media) {
    row.frame_rate_hz = model::frame_rate_of(media);
    row.expected_samples = std::llround(media.duration_seconds.value_or(0) * model::sample_rate_hz);
}

// What decides the run's result.
struct Pinned {
    const LoadedEngine& engine;
    std::string language;
    std::vector<std::string> phrases;
};

// Once segments are there, only the engine that they were cut for goes on with them.
Result<void> pin(RunRow& row, const Pinned& with) {
    const LoadedEngine& engine = with.engine;
    const std::string& fingerprint = row.speakers.empty() ? engine.fingerprint : engine.fingerprint_speakers;
    if (fingerprint.empty()) {
        return base::fail(ErrorCode::unavailable,
                          "speakers cannot be told apart here: the model speaker-encoder is not installed; run"
                          " scripts/setup and build again, or retry without speakers");
    }
    if (row.run.segments_total > 0 && row.run.engine != fingerprint) {
        return base::fail(ErrorCode::unavailable, "the run is bound to the engine " + row.run.engine +
                                                      ", and this instance has " + fingerprint);
    }
    row.run.engine = fingerprint;
    row.language = with.language;
    if (!row.speakers.empty()) row.voice_space = engine.engine.speaker_model->space();
    if (row.run.segments_total == 0) row.vocabulary = model::phrases_fingerprint(with.phrases);
    return change(row, model::PlanBegun{});
}

class Plan {
  public:
    Plan(const Tools& tools, const store::Claim& claim, const flow::WorkLease& lease)
        : tools_(tools), claim_(claim), lease_(lease) {}

    Result<flow::CommitWork> run() {
        const auto payload = payload_of(claim_);
        if (!payload) return std::unexpected(payload.error());
        const auto row = read_run(tools_, claim_, payload->run_id);
        if (!row) return std::unexpected(row.error());
        if (!row->has_value() || (*row)->run.planned || !is_open((*row)->run.state)) return nothing_to_do();
        return plan(**row);
    }

  private:
    static bool is_open(model::RunState state) {
        return state == model::RunState::queued || state == model::RunState::running;
    }

    Result<flow::CommitWork> plan(const RunRow& row) {
        const auto engine = tools_.models.find(row.model);
        if (!engine) return std::unexpected(engine.error());
        const auto language = speech::choose_language(row.language, engine->engine.recogniser->languages());
        if (!language) return std::unexpected(language.error());
        const auto phrases = phrases_of(row, *engine->engine.recogniser);
        if (!phrases) return std::unexpected(phrases.error());
        auto blobs = tools_.platform.blobs.tenant(claim_.tenant_id);
        if (!blobs) return std::unexpected(std::move(blobs.error()));
        const auto video = (*blobs)->open_seekable(row.blob_key);
        if (!video) return std::unexpected(video.error());
        const auto channels = row.multichannel ? media::Channels::apart : media::Channels::mixed;
        const auto source = tools_.engines.decoder->open(*video, channels);
        if (!source) return std::unexpected(source.error());
        const auto begun = begin(row, {*engine, language->tag, *phrases}, (*source)->info());
        if (!begun) return std::unexpected(begun.error());
        const auto earlier = find_earlier(*begun);
        if (!earlier) return std::unexpected(earlier.error());
        PlanWriter writer(tools_, claim_, *begun, *earlier, *std::move(blobs));
        const speech::ChannelLayout layout{(*source)->channels(), row.multichannel};
        speech::ChannelCutter cutter(*engine->engine.voice_activity, layout);
        return cut(**source, cutter, writer);
    }

    // Asked once: what the first plan has pinned stays, whatever the session says by now.
    Result<std::vector<std::string>> phrases_of(const RunRow& row, const speech::Recogniser& engine) const {
        if (!row.asks_vocabulary || row.run.segments_total > 0) return std::vector<std::string>{};
        return ask_vocabulary(tools_, claim_.tenant_id, row.run.session_id, engine);
    }

    // The engine is pinned in a transaction of its own, before anything is made with it.
    Result<RunRow> begin(const RunRow& row, const Pinned& with, const model::MediaInfo& media) {
        auto transaction = tools_.platform.database.tenant(claim_.tenant_id, origin_of(claim_)).write();
        if (!transaction) return std::unexpected(std::move(transaction.error()));
        if (auto held = store::check_work(*transaction, claim_); !held) return std::unexpected(held.error());
        const auto before = lock_run(*transaction, row.run.id);
        if (!before) return std::unexpected(before.error());
        if (!before->has_value()) return base::fail(ErrorCode::lease_lost, "the run is gone");
        RunRow after = **before;
        if (auto pinned = pin(after, with); !pinned) return std::unexpected(pinned.error());
        describe(after, media);
        if (auto saved = save_run(*transaction, **before, after); !saved) return std::unexpected(saved.error());
        if (after.vocabulary != (*before)->vocabulary) {
            const auto saved = save_phrases(*transaction, row.run.id, with.phrases);
            if (!saved) return std::unexpected(saved.error());
        }
        if (auto told = announce_started(*transaction, after.run); !told) return std::unexpected(told.error());
        if (const auto ended = transaction->commit(); !ended) return std::unexpected(ended.error());
        return after;
    }

    Result<std::optional<std::string>> find_earlier(const RunRow& row) {
        auto transaction = tools_.platform.database.tenant(claim_.tenant_id).read();
        if (!transaction) return std::unexpected(std::move(transaction.error()));
        return earlier_run(*transaction, row);
    }

    Result<flow::CommitWork> cut(media::PcmSource& source, speech::ChannelCutter& cutter, PlanWriter& writer) {
        while (true) {
            if (lease_.lost()) return base::fail(ErrorCode::lease_lost, "the plan was stopped");
            const auto samples = source.read();
            if (!samples) return std::unexpected(samples.error());
            if (samples->empty()) break;
            cutter.push(*samples);
            if (auto written = write_segments(cutter, writer); !written) return std::unexpected(written.error());
        }
        cutter.finish();
        if (auto written = write_segments(cutter, writer); !written) return std::unexpected(written.error());
        return writer.finish({cutter.heard_samples(), cutter.told_channels(), damages_text(source.summary().damages)});
    }

    static Result<void> write_segments(speech::ChannelCutter& cutter, PlanWriter& writer) {
        while (auto segment = cutter.next()) {
            if (auto added = writer.add(*std::move(segment), cutter.heard_samples()); !added) return added;
        }
        return {};
    }

    const Tools& tools_;
    const store::Claim& claim_;
    const flow::WorkLease& lease_;
};

}  // namespace

flow::WorkHandler plan_worker(const SharedTools& tools, std::size_t at_once) {
    return {.kind = std::string(plan_kind),
            .capability = {},
            .at_once = at_once,
            .work = [tools](const store::Claim& claim,
                            const flow::WorkLease& lease) { return Plan(*tools, claim, lease).run(); },
            .gave_up = [tools](store::Transaction& transaction, const store::Claim& claim,
                               const base::Error& error) { return break_run(*tools, transaction, claim, error); }};
}

}  // namespace transcription
