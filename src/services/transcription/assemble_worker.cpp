#include "services/transcription/assemble_worker.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "base/sha256.hpp"
#include "model/speakers.hpp"
#include "model/transcript_json.hpp"
#include "services/transcription/announcements.hpp"
#include "services/transcription/endings.hpp"
#include "services/transcription/segment_rows.hpp"
#include "services/transcription/voice_rows.hpp"
#include "services/transcription/work.hpp"
#include "speech/cutter.hpp"
#include "speech/diarization.hpp"
#include "speech/guards.hpp"
#include "speech/stitch.hpp"
#include "speech/voice_matching.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::int64_t page_of_segments = 1000;

double in_hundredths(double similarity) {
    return std::round(similarity * 100) / 100;
}

void add(speech::Stitcher& stitcher, std::optional<speech::Diarization>& diarization,
         const RecognisedSegment& segment) {
    if (segment.row.skipped.empty()) {
        stitcher.add_recognised(segment.row.plan, segment.recognition);
        if (diarization) diarization->add(segment.row.plan, segment.recognition.voices);
    } else {
        stitcher.add_skipped(segment.row.plan, segment.row.skipped);
    }
}

struct Folded {
    model::Transcript transcript;
    std::vector<RunSpeaker> speakers;  // those heard for long enough to be known again
};

// Gives speakers the names of the tenant's voices that they are. Voices are read where segments are, so that the same
// rows give the same transcript.
Result<std::vector<RunSpeaker>> recognise(store::ReadTransaction& transaction, const RunRow& row,
                                          std::vector<speech::HeardSpeaker> heard, model::Transcript& transcript) {
    std::vector<RunSpeaker> speakers;
    const auto remembers = remembers_voices(transaction);
    if (!remembers) return std::unexpected(remembers.error());
    if (!*remembers) return speakers;
    const auto known = known_voices(transaction, row.voice_space);
    if (!known) return std::unexpected(known.error());
    std::erase_if(heard, [](const auto& speaker) { return speaker.windows < speech::least_voice_windows; });
    std::vector<std::vector<float>> voices;
    for (const speech::HeardSpeaker& speaker : heard)
        voices.push_back(speaker.voice);
    const auto matches = speech::match_voices(voices, known->voices);
    for (std::size_t i = 0; i < heard.size(); ++i) {
        speakers.push_back({.heard = std::move(heard[i]), .voice_id = {}});
        if (!matches[i]) continue;
        speakers[i].voice_id = known->ids[matches[i]->known];
        const auto speaker = std::ranges::find(transcript.speakers, speakers[i].heard.label, &model::Speaker::label);
        speaker->name = known->names[matches[i]->known];
        speaker->voice = {speakers[i].voice_id, in_hundredths(matches[i]->similarity)};
    }
    return speakers;
}

// Who tells speakers apart, as a part of which engine.
struct Voices {
    std::string fingerprint;
    std::shared_ptr<const speech::SpeakerModel> model;
};

// Null for a run without speakers. Errors: unavailable (another instance has the engine that heard the run).
Result<const speech::SpeakerModel*> model_for(const RunRow& row, const Voices& voices) {
    if (row.speakers.empty()) return nullptr;
    if (row.run.engine == voices.fingerprint) return voices.model.get();
    return base::fail(ErrorCode::unavailable, "the run is bound to the engine " + row.run.engine +
                                                  ", and this instance has " + voices.fingerprint);
}

Result<Folded> fold(const Tools& tools, const Voices& voices, const store::Claim& claim, const RunRow& row) {
    const auto model = model_for(row, voices);
    if (!model) return std::unexpected(model.error());
    auto transaction = tools.platform.database.tenant(claim.tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    speech::Stitcher stitcher(row.language, speech::with_vocabulary(row.run.engine, row.vocabulary));
    std::optional<speech::Diarization> diarization;
    if (*model != nullptr) diarization.emplace((*model)->speakers(), model::known_speakers(row.speakers));
    for (std::int64_t from = 0; from < row.run.segments_total; from += page_of_segments) {
        const auto segments = page_segments(*transaction, row.run.id, from, page_of_segments);
        if (!segments) return std::unexpected(segments.error());
        for (const RecognisedSegment& segment : *segments)
            add(stitcher, diarization, segment);
    }
    Folded folded{stitcher.finish(row.heard_samples, static_cast<int>(row.channels)), {}};
    folded.transcript.frame_rate_hz = row.frame_rate_hz;
    if (!diarization) return folded;
    auto heard = std::move(*diarization).finish(folded.transcript);
    auto speakers = recognise(*transaction, row, std::move(heard), folded.transcript);
    if (!speakers) return std::unexpected(speakers.error());
    folded.speakers = *std::move(speakers);
    return folded;
}

blob::Source source_of(std::string_view bytes) {
    return [rest = bytes](std::span<std::byte> buffer) mutable -> Result<std::size_t> {
        const std::size_t count = std::min(buffer.size(), rest.size());
        std::ranges::copy(std::as_bytes(std::span(rest.substr(0, count))), buffer.begin());
        rest.remove_prefix(count);
        return count;
    };
}

// The key holds the hash of the content: a blob that is there already is this one.
Result<void> keep(const Tools& tools, const store::Claim& claim, const std::string& key, std::string_view json) {
    const auto blobs = tools.platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    const blob::Attributes attributes{{"content-type", "application/json"}};
    const auto kept = json.size() <= blob::usual_part_bytes
                          ? (*blobs)->put(key, attributes, std::as_bytes(std::span(json)))
                          : blob::write(**blobs, key, attributes, source_of(json));
    if (kept || kept.error().code == ErrorCode::blob_exists) return {};
    return std::unexpected(kept.error());
}

std::string hash_of(std::string_view bytes) {
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(bytes)));
    return hash.finish_hex();
}

std::int64_t words_in(const model::Transcript& transcript) {
    std::int64_t words = 0;
    for (const model::Segment& segment : transcript.segments)
        words += std::ssize(speech::words_of(segment.text));
    return words;
}

Result<void> measure(const Tools& tools, store::Transaction& transaction, const RunRow& row, double video_seconds) {
    const auto age = transaction.query_one(
        "select {now_ms} - created_ms as age_ms from transcription_runs where tenant_id = :tenant and id = :id",
        {{"id", row.run.id}});
    if (!age) return std::unexpected(age.error());
    if (age->has_value()) {
        tools.measures.completed(static_cast<double>((*age)->integer("age_ms")) / 1000, video_seconds);
    }
    return {};
}

Result<void> commit(const Tools& tools, store::Transaction& transaction, const Assembled& assembled,
                    const std::vector<RunSpeaker>& speakers) {
    const auto before = lock_run(transaction, assembled.run_id);
    if (!before) return std::unexpected(before.error());
    if (!before->has_value() || (*before)->run.state != model::RunState::assembling) return {};
    RunRow after = **before;
    if (auto done = change(after, model::RunAssembled{}); !done) return done;
    if (auto saved = save_run(transaction, **before, after); !saved) return saved;
    if (auto kept = keep_speakers(transaction, after, speakers); !kept) return kept;
    if (auto forgotten = forget_voices_heard(transaction, assembled.run_id); !forgotten) return forgotten;
    if (auto told = announce_completed(transaction, after, assembled); !told) return told;
    if (auto erasing = add_erasure(transaction, pcm_prefix(assembled.run_id)); !erasing) return erasing;
    return measure(tools, transaction, after, assembled.duration_seconds);
}

Result<flow::CommitWork> assemble(const SharedTools& tools, const Voices& voices, const store::Claim& claim) {
    const auto payload = payload_of(claim);
    if (!payload) return std::unexpected(payload.error());
    const auto row = read_run(*tools, claim, payload->run_id);
    if (!row) return std::unexpected(row.error());
    if (!row->has_value() || (*row)->run.state != model::RunState::assembling) return nothing_to_do();
    auto folded = fold(*tools, voices, claim, **row);
    if (!folded) return std::unexpected(folded.error());
    const model::Transcript& transcript = folded->transcript;
    const std::string json = model::to_canonical_json(transcript);
    if (json.size() > model::largest_transcript_bytes) {
        return base::fail(ErrorCode::body_too_large, "the transcript is larger than any that can be kept");
    }
    Assembled assembled{.run_id = payload->run_id,
                        .content_hash = hash_of(json),
                        .duration_seconds = transcript.duration_seconds,
                        .segments = std::ssize(transcript.segments),
                        .words = words_in(transcript)};
    assembled.blob_key = transcript_prefix((*row)->run.session_id) + assembled.content_hash;
    if (auto kept = keep(*tools, claim, assembled.blob_key, json); !kept) return std::unexpected(kept.error());
    return [tools, assembled = std::move(assembled), speakers = std::move(folded->speakers)](
               store::Transaction& transaction) { return commit(*tools, transaction, assembled, speakers); };
}

flow::WorkHandler assemble_worker(const SharedTools& tools, const Voices& voices) {
    return {.kind = std::string(assemble_kind),
            .capability = voices.fingerprint,
            .at_once = 1,
            .work = [tools, voices](const store::Claim& claim,
                                    const flow::WorkLease&) { return assemble(tools, voices, claim); },
            .gave_up = [tools](store::Transaction& transaction, const store::Claim& claim,
                               const base::Error& error) { return break_run(*tools, transaction, claim, error); }};
}

}  // namespace

std::vector<flow::WorkHandler> assemble_workers(const SharedTools& tools) {
    std::vector<flow::WorkHandler> workers;
    for (const Models::Served& served : tools->models.served()) {
        if (!served.engine || served.engine->fingerprint_speakers.empty()) continue;
        const Voices voices{served.engine->fingerprint_speakers, served.engine->engine.speaker_model};
        workers.push_back(assemble_worker(tools, voices));
    }
    if (workers.empty()) workers.push_back(assemble_worker(tools, {}));
    return workers;
}

}  // namespace transcription
