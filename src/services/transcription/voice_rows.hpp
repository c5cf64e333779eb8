// What a tenant that wants it keeps of voices, sealed: the setting, the mean voice of each speaker of a transcript, and
// voices with their names. A voice is the mean of the speakers whom persons have named so: erasing one of these unmixes
// it. This service owns them, for here voices are heard and recognised, and no vector of a voice ever leaves it; names
// are read from the transcripts where persons write them. Nothing is kept where the tenant does not want it: whoever
// writes here locks the setting first.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/transcript.hpp"
#include "services/transcription/run_rows.hpp"
#include "speech/diarization.hpp"
#include "store/transaction.hpp"

namespace transcription {

inline constexpr std::int64_t most_voices = 1'000;  // of a tenant

base::Result<bool> remembers_voices(store::Reading& reading);
/// From now on, or nothing any more: then every voice and every speaker's mean goes at once.
base::Result<void> set_remembering(store::Transaction& transaction, bool remember);

/// Which voices a transcript's speakers are, by names of persons, can be compared in one space.
struct KnownVoices {
    std::vector<std::string> ids;
    std::vector<std::string> names;
    std::vector<std::vector<float>> voices;  // of length 1
};
/// In a fixed order.
base::Result<KnownVoices> known_voices(store::ReadTransaction& transaction, std::string_view space);

/// A speaker of a run's transcript and the voice that is recognised there; empty: none.
struct RunSpeaker {
    speech::HeardSpeaker heard;
    std::string voice_id;
};
/// Keeps them, where the tenant wants that; speakers of the session's earlier runs whom nobody has named go. Aborts
/// with `unavailable` when a recognised voice is not there any more: then the transcript must not have its name.
base::Result<void> keep_speakers(store::Transaction& transaction, const RunRow& run,
                                 const std::vector<RunSpeaker>& speakers);
base::Result<bool> has_speakers(store::Reading& reading, std::string_view run_id);

/// What a version of a transcript says of its speakers.
struct Naming {
    std::string session_id;
    std::string run_id;
    std::int64_t version = 0;
    std::vector<model::Speaker> speakers;
    std::int64_t said_ms = 0;  // when, in Unix time
};
/// Remembers the voices of those whom a person has named, and forgets those who are not called so any more; of versions
/// the highest counts, whatever comes last. What was said before a voice was forgotten, and is done after, makes no
/// voice: whoever has no name of then is forgotten as well, as if it had been done in time. Gives how many names could
/// not be remembered, because there are too many.
base::Result<std::int64_t> name_speakers(store::Transaction& transaction, const Naming& naming);

/// What is known of voices by this session alone.
base::Result<void> forget_session(store::Transaction& transaction, std::string_view session_id);
/// The voice and every speaker who is named or recognised as it. Gives whether there was one.
base::Result<bool> forget_voice(store::Transaction& transaction, std::string_view voice_id);

struct ListedVoice {
    std::string id;
    std::string name;
    std::int64_t created_ms = 0;
    std::int64_t sessions = 0;  // in which a person has named it
};
/// The oldest first, after the one with this id.
base::Result<std::vector<ListedVoice>> list_voices(store::ReadTransaction& transaction, std::string_view after,
                                                   std::int64_t limit);

}  // namespace transcription
