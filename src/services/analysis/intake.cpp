#include "services/analysis/intake.hpp"

#include <algorithm>
#include <limits>

#include "services/analysis/making.hpp"
#include "services/analysis/rows.hpp"

namespace analysis {
namespace {

using base::Result;

struct NewTranscript {
    Analysis analysis;
    std::string blob_key;
};

Result<NewTranscript> new_transcript(const model::Event& event) {
    base::JsonFields fields(event.payload, "the payload of " + event.type);
    NewTranscript made{.analysis = {.session_id = fields.text("session_id"),
                                    .transcript_hash = fields.text("content_hash"),
                                    .recency = {.told_ms = base::to_unix_ms(event.timestamp)}},
                       .blob_key = fields.text("blob_key")};
    if (event.type == "transcript.edited")
        made.analysis.recency.version = fields.integer("version", 1, std::numeric_limits<std::int64_t>::max());
    // What else the event tells (engine, counts, …) is for others.
    for (const base::JsonMember& member : *event.payload.object())
        fields.any(member.name);
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    made.analysis.id = analysis_id(made.analysis.session_id, made.analysis.transcript_hash);
    return made;
}

// The same text again, after others: its analysis is there, or failed and may be tried again.
Result<void> take_again(store::Transaction& transaction, Analysis there, const NewTranscript& told) {
    const bool again = there.state == State::failed;
    there.recency = told.analysis.recency;
    if (again) there.state = State::running;
    if (auto updated = update_analysis(transaction, there); !updated) return updated;
    return again ? add_making(transaction, there, told.blob_key) : Result<void>();
}

Result<void> take(store::Transaction& transaction, const model::Event& event) {
    const auto told = new_transcript(event);
    if (!told) return std::unexpected(told.error());
    const Analysis& analysis = told->analysis;
    const auto erased = is_erased(transaction, analysis.session_id);
    if (!erased) return std::unexpected(erased.error());
    if (*erased) return {};
    const auto others = analyses_of(transaction, analysis.session_id, true);
    if (!others) return std::unexpected(others.error());
    const bool late =
        std::ranges::any_of(*others, [&](const Analysis& other) { return is_newer(other.recency, analysis.recency); });
    if (late) return {};
    const auto there = std::ranges::find(*others, analysis.id, &Analysis::id);
    if (there != others->end()) return take_again(transaction, *there, *told);
    if (auto inserted = insert_analysis(transaction, analysis); !inserted) return inserted;
    return add_making(transaction, analysis, told->blob_key);
}

Result<void> erase(store::Transaction& transaction, const model::Event& event) {
    base::JsonFields fields(event.payload, "the payload of session.deleted");
    const std::string session_id = fields.text("session_id");
    if (auto finished = fields.finish(); !finished) return finished;
    if (auto remembered = remember_erased(transaction, session_id); !remembered) return remembered;
    const auto cancelled = store::cancel_work(transaction, session_id, making_kind);
    if (!cancelled) return std::unexpected(cancelled.error());
    return remove_analyses_of(transaction, session_id);
}

}  // namespace

flow::EventHandler intake() {
    return {.consumer = "analysis.transcripts",
            .types = {"transcription.completed", "transcript.edited", "session.deleted"},
            .handle = [](store::Transaction& transaction, const model::Event& event) {
                return event.type == "session.deleted" ? erase(transaction, event) : take(transaction, event);
            }};
}

}  // namespace analysis
