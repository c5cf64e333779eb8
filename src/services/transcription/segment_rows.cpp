#include "services/transcription/segment_rows.hpp"

#include <utility>

#include "base/json.hpp"
#include "media/decoder.hpp"
#include "services/transcription/recognition_json.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using model::SegmentState;

constexpr std::string_view segment_columns = "idx, start_samples, end_samples, plan, state, skipped, pcm_key, engine";

base::Result<SegmentRow> row_of(const store::Row& row) {
    auto plan = parse_plan({row.integer("start_samples"), row.integer("end_samples")}, row.text("plan"));
    if (!plan) return std::unexpected(std::move(plan.error()));
    return SegmentRow{.index = row.integer("idx"),
                      .plan = *std::move(plan),
                      .state = model::parse_segment_state(row.text("state")).value_or(SegmentState::ready),
                      .skipped = row.text("skipped"),
                      .pcm_key = row.text("pcm_key"),
                      .engine = row.text("engine")};
}

base::Result<speech::Recognition> recognition_of(store::ReadTransaction& transaction, const store::Row& row) {
    if (row.is_null("text")) return speech::Recognition{};
    auto text = transaction.unseal({.bytes = row.bytes("text"), .key_id = row.text("text_key_id")});
    if (!text) return std::unexpected(std::move(text.error()));
    auto recognition = parse_recognition(*text);
    if (!recognition || row.is_null("voices")) return recognition;
    const auto heard = transaction.unseal({.bytes = row.bytes("voices"), .key_id = row.text("voices_key_id")});
    if (!heard) return std::unexpected(heard.error());
    auto voices = parse_voices(*heard);
    if (!voices) return std::unexpected(std::move(voices.error()));
    recognition->voices = *std::move(voices);
    return recognition;
}

base::Result<RecognisedSegment> recognised_of(store::ReadTransaction& transaction, const store::Row& row) {
    auto segment = row_of(row);
    if (!segment) return std::unexpected(std::move(segment.error()));
    auto recognition = recognition_of(transaction, row);
    if (!recognition) return std::unexpected(std::move(recognition.error()));
    return RecognisedSegment{*std::move(segment), *std::move(recognition)};
}

base::Result<speech::SampleSpan> span_of(const Json& value) {
    const JsonArray* pair = value.array();
    if (pair == nullptr || pair->size() != 2 || (*pair)[0].integer() == nullptr || (*pair)[1].integer() == nullptr) {
        return base::fail(ErrorCode::internal, "a stretch of speech of a planned segment is not a pair of numbers");
    }
    return speech::SampleSpan{*(*pair)[0].integer(), *(*pair)[1].integer()};
}

}  // namespace

std::string plan_text(const speech::PlannedSegment& plan) {
    JsonArray speech;
    for (const speech::SampleSpan& span : plan.speech)
        speech.emplace_back(JsonArray{span.start, span.end});
    JsonObject object{{"speech", std::move(speech)}, {"mean_probability", static_cast<double>(plan.mean_probability)}};
    if (plan.overlap > 0) object.push_back({"overlap", plan.overlap});
    if (plan.channel) object.push_back({"channel", std::int64_t{*plan.channel}});
    return base::to_canonical_json(object);
}

base::Result<speech::PlannedSegment> parse_plan(speech::SampleSpan span, std::string_view text) {
    const auto value = base::parse_json(text);
    if (!value) return std::unexpected(value.error());
    base::JsonFields fields(*value, "the planned segment");
    speech::PlannedSegment plan{.span = span, .speech = {}};
    plan.mean_probability = static_cast<float>(fields.number("mean_probability", 0, 2));
    plan.overlap = fields.optional_integer("overlap", 0, span.length()).value_or(0);
    if (const auto channel = fields.optional_integer("channel", 0, media::most_channels_apart))
        plan.channel = static_cast<int>(*channel);
    const Json* speech = fields.any("speech");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    if (speech == nullptr || speech->array() == nullptr) {
        return base::fail(ErrorCode::internal, "a planned segment has no list of its speech");
    }
    for (const Json& item : *speech->array()) {
        const auto stretch = span_of(item);
        if (!stretch) return std::unexpected(stretch.error());
        plan.speech.push_back(*stretch);
    }
    return plan;
}

base::Result<void> insert_segment(store::Transaction& transaction, std::string_view run_id, const SegmentRow& row) {
    const auto inserted = transaction.execute(
        "insert into transcription_segments (tenant_id, run_id, idx, start_samples, end_samples, plan, state, skipped,"
        " pcm_key, engine, tokens, changed_ms) values (:tenant, :run_id, :idx, :start_samples, :end_samples, :plan,"
        " :state, :skipped, :pcm_key, :engine, 0, {now_ms})",
        {{"run_id", run_id},
         {"idx", row.index},
         {"start_samples", row.plan.span.start},
         {"end_samples", row.plan.span.end},
         {"plan", plan_text(row.plan)},
         {"state", model::state_name(row.state)},
         {"skipped", row.skipped},
         {"pcm_key", row.pcm_key},
         {"engine", row.engine}});
    if (!inserted) return std::unexpected(inserted.error());
    return {};
}

base::Result<std::optional<SegmentRow>> find_segment(store::Reading& reading, std::string_view run_id,
                                                     std::int64_t index) {
    const auto row = reading.query_one("select " + std::string(segment_columns) +
                                           " from transcription_segments where tenant_id = :tenant"
                                           " and run_id = :run_id and idx = :idx",
                                       {{"run_id", run_id}, {"idx", index}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    return row_of(**row);
}

base::Result<bool> finish_segment(store::Transaction& transaction, std::string_view run_id, std::int64_t index,
                                  const speech::Recognition& recognition) {
    auto sealed = transaction.seal(recognition_json(recognition));
    if (!sealed) return std::unexpected(std::move(sealed.error()));
    std::optional<store::Sealed> voices;
    if (!recognition.voices.empty()) {
        auto sealed_voices = transaction.seal(voices_json(recognition.voices));
        if (!sealed_voices) return std::unexpected(std::move(sealed_voices.error()));
        voices = *std::move(sealed_voices);
    }
    const auto finished = transaction.execute(
        "update transcription_segments set state = 'done', text = :text, text_key_id = :text_key_id, tokens = :tokens,"
        " voices = :voices, voices_key_id = :voices_key_id, changed_ms = {now_ms} where tenant_id = :tenant and run_id "
        "= :run_id and idx = :idx and state = 'ready'",
        {{"run_id", run_id},
         {"idx", index},
         {"text", std::move(sealed->bytes)},
         {"text_key_id", std::move(sealed->key_id)},
         {"tokens", recognition.tokens},
         {"voices", voices ? store::Value(voices->bytes) : store::Value()},
         {"voices_key_id", voices ? store::Value(voices->key_id) : store::Value()}});
    if (!finished) return std::unexpected(finished.error());
    return *finished == 1;
}

base::Result<void> copy_segment(store::Transaction& transaction, std::string_view earlier_run_id,
                                std::string_view run_id, std::int64_t index, std::string_view pcm_key) {
    const auto copied = transaction.execute(
        "insert into transcription_segments (tenant_id, run_id, idx, start_samples, end_samples, plan, state, skipped,"
        " pcm_key, engine, text, text_key_id, tokens, changed_ms) select tenant_id, :run_id, idx, start_samples,"
        " end_samples, plan, case when :pcm_key = '' then state else 'ready' end, skipped, :pcm_key, engine, text, "
        "text_key_id, tokens, {now_ms}"
        " from transcription_segments where tenant_id = :tenant and run_id = :earlier_run_id and idx = :idx"
        " and state = 'done'",
        {{"run_id", run_id}, {"earlier_run_id", earlier_run_id}, {"idx", index}, {"pcm_key", pcm_key}});
    if (!copied) return std::unexpected(copied.error());
    if (*copied == 1) return {};
    return transaction.abort({ErrorCode::unavailable, "a segment of an earlier run is not there any more"});
}

base::Result<std::optional<speech::Recognition>> find_recognition(store::ReadTransaction& transaction,
                                                                  std::string_view run_id, std::int64_t index) {
    const auto row = transaction.query_one(
        "select text, text_key_id, voices, voices_key_id from transcription_segments where tenant_id = :tenant"
        " and run_id = :run_id and idx = :idx and text is not null",
        {{"run_id", run_id}, {"idx", index}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    return recognition_of(transaction, **row);
}

base::Result<void> forget_voices_heard(store::Transaction& transaction, std::string_view run_id) {
    const auto forgotten = transaction.execute(
        "update transcription_segments set voices = null, voices_key_id = null where tenant_id = :tenant"
        " and run_id = :run_id and voices is not null",
        {{"run_id", run_id}});
    if (!forgotten) return std::unexpected(forgotten.error());
    return {};
}

base::Result<std::vector<RecognisedSegment>> page_segments(store::ReadTransaction& transaction, std::string_view run_id,
                                                           std::int64_t from_index, std::int64_t limit) {
    const auto rows = transaction.query(
        "select " + std::string(segment_columns) +
            ", text, text_key_id, voices, voices_key_id from transcription_segments where tenant_id = :tenant"
            " and run_id = :run_id and idx >= :from_index order by idx limit :limit",
        {{"run_id", run_id}, {"from_index", from_index}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<RecognisedSegment> segments;
    for (const store::Row& row : *rows) {
        auto segment = recognised_of(transaction, row);
        if (!segment) return std::unexpected(std::move(segment.error()));
        segments.push_back(*std::move(segment));
    }
    return segments;
}

}  // namespace transcription
