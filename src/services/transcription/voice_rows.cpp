#include "services/transcription/voice_rows.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>

namespace transcription {
namespace {

using base::ErrorCode;
using base::Result;
using store::Transaction;

static_assert(std::endian::native == std::endian::little, "vectors are kept as this machine has them");

constexpr std::int64_t most_named = 100;  // speakers, the newest, that a voice is the mean of
constexpr std::string_view setting_id;    // one row a tenant

Result<void> done(const Result<std::int64_t>& touched) {
    if (!touched) return std::unexpected(touched.error());
    return {};
}

std::string_view bytes_of(const std::vector<float>& vector) {
    const auto bytes = std::as_bytes(std::span(vector));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
Result<std::vector<float>> voice_in(T& transaction, const store::Row& row) {
    const auto bytes = transaction.unseal({row.bytes("voice"), row.text("voice_key_id")});
    if (!bytes) return std::unexpected(bytes.error());
    std::vector<float> vector(bytes->size() / sizeof(float));
    std::memcpy(vector.data(), bytes->data(), vector.size() * sizeof(float));
    return vector;
}

template <class T>
Result<std::string> name_in(T& transaction, const store::Row& row) {
    return transaction.unseal({row.bytes("name"), row.text("name_key_id")});
}

// One transaction of a tenant at a time goes on from here: nobody else changes the setting or the voices meanwhile.
Result<bool> lock_remembering(Transaction& transaction) {
    const auto row = transaction.query_one(
        "select id from transcription_voice_settings where tenant_id = :tenant and id = :id {for_update}",
        {{"id", setting_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

Result<bool> has_voice(Transaction& transaction, std::string_view voice_id) {
    const auto row = transaction.query_one("select id from transcription_voices where tenant_id = :tenant and id = :id",
                                           {{"id", voice_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

Result<void> insert_speaker(Transaction& transaction, const RunRow& run, const RunSpeaker& speaker) {
    const auto sealed = transaction.seal(bytes_of(speaker.heard.voice));
    if (!sealed) return std::unexpected(sealed.error());
    return done(transaction.execute(
        "insert into transcription_speakers (tenant_id, run_id, label, session_id, voice, voice_key_id, space, windows,"
        " voice_id, named, transcript_version, created_ms) values (:tenant, :run_id, :label, :session_id, :voice,"
        " :voice_key_id, :space, :windows, :voice_id, 0, 0, {now_ms})",
        {{"run_id", run.run.id},
         {"label", speaker.heard.label},
         {"session_id", run.run.session_id},
         {"voice", sealed->bytes},
         {"voice_key_id", sealed->key_id},
         {"space", run.voice_space},
         {"windows", static_cast<std::int64_t>(speaker.heard.windows)},
         {"voice_id", speaker.voice_id}}));
}

Result<void> remove_voice(Transaction& transaction, std::string_view voice_id) {
    return done(transaction.execute("delete from transcription_voices where tenant_id = :tenant and id = :id",
                                    {{"id", voice_id}}));
}

// The mean of the named speakers in the space of the newest, each by how long it was heard.
Result<std::vector<float>> mean_of(Transaction& transaction, const store::Rows& named) {
    std::vector<double> sum;
    for (const store::Row& row : named) {
        if (row.text("space") != named.front().text("space")) continue;
        const auto voice = voice_in(transaction, row);
        if (!voice) return std::unexpected(voice.error());
        sum.resize(voice->size());
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += static_cast<double>(row.integer("windows")) * static_cast<double>((*voice)[i]);
    }
    const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
    std::vector<float> mean;
    for (const double value : sum)
        mean.push_back(length > 0 ? static_cast<float>(value / length) : 0);
    return mean;
}

// Makes the voice what its named speakers say by now; without any it is gone, and who was recognised as it is nobody.
Result<void> refresh_voice(Transaction& transaction, std::string_view voice_id) {
    const auto named = transaction.query(
        "select voice, voice_key_id, space, windows from transcription_speakers where tenant_id = :tenant"
        " and voice_id = :voice_id and named = 1 order by created_ms desc, run_id, label limit :limit",
        {{"voice_id", voice_id}, {"limit", most_named}});
    if (!named) return std::unexpected(named.error());
    if (named->empty()) {
        auto cleared = done(transaction.execute(
            "update transcription_speakers set voice_id = '' where tenant_id = :tenant and voice_id = :voice_id",
            {{"voice_id", voice_id}}));
        return cleared ? remove_voice(transaction, voice_id) : cleared;
    }
    const auto mean = mean_of(transaction, *named);
    if (!mean) return std::unexpected(mean.error());
    const auto sealed = transaction.seal(bytes_of(*mean));
    if (!sealed) return std::unexpected(sealed.error());
    return done(transaction.execute(
        "update transcription_voices set voice = :voice, voice_key_id = :voice_key_id, space = :space"
        " where tenant_id = :tenant and id = :id",
        {{"id", voice_id},
         {"voice", sealed->bytes},
         {"voice_key_id", sealed->key_id},
         {"space", named->front().text("space")}}));
}

// A version's names put to the speakers of its run, one speaker at a time.
class NamingSpeakers {
  public:
    NamingSpeakers(Transaction& transaction, const Naming& naming) : transaction_(transaction), naming_(naming) {}

    Result<std::int64_t> run() {
        const auto rows = transaction_.query(
            "select label, voice_id, named from transcription_speakers where tenant_id = :tenant and run_id = :run_id"
            " and transcript_version < :version order by label {for_update}",
            {{"run_id", naming_.run_id}, {"version", naming_.version}});
        if (!rows) return std::unexpected(rows.error());
        if (rows->empty()) return 0;
        if (auto read = read_forgetting(); !read) return std::unexpected(read.error());
        if (auto read = read_names(); !read) return std::unexpected(read.error());
        for (const store::Row& row : *rows) {
            if (auto put = name(row.text("label"), {row.text("voice_id"), row.flag("named")}); !put)
                return std::unexpected(put.error());
        }
        for (const std::string& voice_id : touched_) {
            if (auto refreshed = refresh_voice(transaction_, voice_id); !refreshed)
                return std::unexpected(refreshed.error());
        }
        return too_many_;
    }

  private:
    struct Said {
        std::string voice_id;  // empty: nobody's
        bool named = false;    // by a person
        bool forgotten = false;
        bool operator==(const Said&) const = default;
    };

    Result<void> read_forgetting() {
        const auto row = transaction_.query_one(
            "select forgotten_ms from transcription_voice_settings where tenant_id = :tenant and id = :id"
            " and forgotten_ms > 0 and forgotten_ms >= :said_ms",
            {{"id", setting_id}, {"said_ms", naming_.said_ms}});
        if (!row) return std::unexpected(row.error());
        if (row->has_value()) forgotten_ms_ = (*row)->integer("forgotten_ms");
        return {};
    }

    Result<void> read_names() {
        const auto rows = transaction_.query(
            "select id, name, name_key_id, created_ms from transcription_voices where tenant_id = :tenant", {});
        if (!rows) return std::unexpected(rows.error());
        for (const store::Row& row : *rows) {
            if (forgotten_ms_ && row.integer("created_ms") > *forgotten_ms_) continue;
            auto name = name_in(transaction_, row);
            if (!name) return std::unexpected(name.error());
            id_of_.emplace(*std::move(name), row.text("id"));
        }
        return {};
    }

    Result<void> name(const std::string& label, const Said& before) {
        const auto after = said_of(label);
        if (!after) return std::unexpected(after.error());
        auto put = after->forgotten ? remove_speaker(label) : put_speaker(label, *after);
        if (!put || *after == before) return put;
        for (const std::string& voice_id : {before.voice_id, after->voice_id}) {
            if (voice_id.empty()) continue;
            touched_.insert(voice_id);
            if (put) put = forget_earlier(voice_id);
        }
        return put;
    }

    Result<void> put_speaker(const std::string& label, const Said& said) {
        return done(transaction_.execute(
            "update transcription_speakers set voice_id = :voice_id, named = :named, transcript_version = :version"
            " where tenant_id = :tenant and run_id = :run_id and label = :label",
            {{"run_id", naming_.run_id},
             {"label", label},
             {"voice_id", said.voice_id},
             {"named", said.named},
             {"version", naming_.version}}));
    }

    Result<void> remove_speaker(const std::string& label) {
        return done(transaction_.execute(
            "delete from transcription_speakers where tenant_id = :tenant and run_id = :run_id and label = :label",
            {{"run_id", naming_.run_id}, {"label", label}}));
    }

    Result<Said> said_of(const std::string& label) {
        const auto speaker = std::ranges::find(naming_.speakers, label, &model::Speaker::label);
        if (speaker == naming_.speakers.end() || speaker->name.empty()) return Said{};
        if (speaker->voice) {
            const auto there = has_voice(transaction_, speaker->voice->id);
            if (!there) return std::unexpected(there.error());
            return *there ? Said{speaker->voice->id, false} : Said{};
        }
        const auto found = id_of_.find(speaker->name);
        if (found != id_of_.end()) return Said{found->second, true};
        if (forgotten_ms_) return Said{.forgotten = true};
        if (std::ssize(id_of_) >= most_voices) {
            ++too_many_;
            return Said{};
        }
        return add_voice(label, speaker->name);
    }

    Result<Said> add_voice(const std::string& label, const std::string& name) {
        const auto sealed = transaction_.seal(name);
        if (!sealed) return std::unexpected(sealed.error());
        const std::string id = transaction_.new_id();
        const auto added = transaction_.execute(
            "insert into transcription_voices (tenant_id, id, name, name_key_id, voice, voice_key_id, space,"
            " created_ms) select tenant_id, :id, :name, :name_key_id, voice, voice_key_id, space, {now_ms}"
            " from transcription_speakers where tenant_id = :tenant and run_id = :run_id and label = :label",
            {{"id", id},
             {"name", sealed->bytes},
             {"name_key_id", sealed->key_id},
             {"run_id", naming_.run_id},
             {"label", label}});
        if (!added) return std::unexpected(added.error());
        id_of_.emplace(name, id);
        return Said{id, true};
    }

    // What is said of a run stands in place of what was said before of the session's others.
    Result<void> forget_earlier(std::string_view voice_id) {
        return done(transaction_.execute(
            "delete from transcription_speakers where tenant_id = :tenant and session_id = :session_id"
            " and run_id <> :run_id and voice_id = :voice_id and named = 1 and transcript_version < :version",
            {{"session_id", naming_.session_id},
             {"run_id", naming_.run_id},
             {"voice_id", voice_id},
             {"version", naming_.version}}));
    }

    Transaction& transaction_;
    const Naming& naming_;
    std::map<std::string, std::string> id_of_;  // by name
    std::set<std::string> touched_;
    std::optional<std::int64_t> forgotten_ms_;  // when a voice was, if this was said before and comes after
    std::int64_t too_many_ = 0;
};

}  // namespace

Result<bool> remembers_voices(store::Reading& reading) {
    const auto row = reading.query_one(
        "select id from transcription_voice_settings where tenant_id = :tenant and id = :id", {{"id", setting_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

Result<void> set_remembering(Transaction& transaction, bool remember) {
    if (remember) {
        return done(transaction.execute(
            "insert into transcription_voice_settings (tenant_id, id, changed_ms) values (:tenant, :id, {now_ms})"
            " on conflict (tenant_id, id) do nothing",
            {{"id", setting_id}}));
    }
    for (const std::string_view table :
         {"transcription_voice_settings", "transcription_speakers", "transcription_voices"}) {
        auto erased = done(transaction.execute("delete from " + std::string(table) + " where tenant_id = :tenant", {}));
        if (!erased) return erased;
    }
    return {};
}

Result<KnownVoices> known_voices(store::ReadTransaction& transaction, std::string_view space) {
    const auto rows = transaction.query(
        "select id, name, name_key_id, voice, voice_key_id from transcription_voices where tenant_id = :tenant"
        " and space = :space order by id",
        {{"space", space}});
    if (!rows) return std::unexpected(rows.error());
    KnownVoices known;
    for (const store::Row& row : *rows) {
        auto name = name_in(transaction, row);
        if (!name) return std::unexpected(name.error());
        auto voice = voice_in(transaction, row);
        if (!voice) return std::unexpected(voice.error());
        known.ids.push_back(row.text("id"));
        known.names.push_back(*std::move(name));
        known.voices.push_back(*std::move(voice));
    }
    return known;
}

Result<void> keep_speakers(Transaction& transaction, const RunRow& run, const std::vector<RunSpeaker>& speakers) {
    const auto remembers = lock_remembering(transaction);
    if (!remembers) return std::unexpected(remembers.error());
    for (const RunSpeaker& speaker : speakers) {
        if (speaker.voice_id.empty()) continue;
        const auto there = has_voice(transaction, speaker.voice_id);
        if (!there) return std::unexpected(there.error());
        if (!*there) return transaction.abort({ErrorCode::unavailable, "a recognised voice is not kept any more"});
    }
    if (!*remembers) return {};
    auto kept = done(transaction.execute(
        "delete from transcription_speakers where tenant_id = :tenant and session_id = :session_id and named = 0",
        {{"session_id", run.run.session_id}}));
    for (const RunSpeaker& speaker : speakers) {
        if (kept) kept = insert_speaker(transaction, run, speaker);
    }
    return kept;
}

Result<bool> has_speakers(store::Reading& reading, std::string_view run_id) {
    const auto row = reading.query_one(
        "select label from transcription_speakers where tenant_id = :tenant and run_id = :run_id limit 1",
        {{"run_id", run_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

Result<std::int64_t> name_speakers(Transaction& transaction, const Naming& naming) {
    const auto remembers = lock_remembering(transaction);
    if (!remembers) return std::unexpected(remembers.error());
    if (!*remembers) return 0;
    return NamingSpeakers(transaction, naming).run();
}

Result<void> forget_session(Transaction& transaction, std::string_view session_id) {
    if (const auto locked = lock_remembering(transaction); !locked) return std::unexpected(locked.error());
    const auto voices = transaction.query(
        "select distinct voice_id from transcription_speakers where tenant_id = :tenant and session_id = :session_id"
        " and named = 1",
        {{"session_id", session_id}});
    if (!voices) return std::unexpected(voices.error());
    auto forgotten = done(
        transaction.execute("delete from transcription_speakers where tenant_id = :tenant and session_id = :session_id",
                            {{"session_id", session_id}}));
    for (const store::Row& row : *voices) {
        if (forgotten) forgotten = refresh_voice(transaction, row.text("voice_id"));
    }
    return forgotten;
}

Result<bool> forget_voice(Transaction& transaction, std::string_view voice_id) {
    if (const auto locked = lock_remembering(transaction); !locked) return std::unexpected(locked.error());
    const auto there = has_voice(transaction, voice_id);
    if (!there || !*there) return there;
    auto forgotten = done(
        transaction.execute("delete from transcription_speakers where tenant_id = :tenant and voice_id = :voice_id",
                            {{"voice_id", voice_id}}));
    if (forgotten) forgotten = remove_voice(transaction, voice_id);
    if (forgotten) {
        forgotten = done(transaction.execute(
            "update transcription_voice_settings set forgotten_ms = {now_ms} where tenant_id = :tenant and id = :id",
            {{"id", setting_id}}));
    }
    if (!forgotten) return std::unexpected(forgotten.error());
    return true;
}

Result<std::vector<ListedVoice>> list_voices(store::ReadTransaction& transaction, std::string_view after,
                                             std::int64_t limit) {
    const auto rows = transaction.query(
        "select id, name, name_key_id, created_ms, (select count(distinct session_id) from transcription_speakers"
        " as speaker where speaker.tenant_id = voice.tenant_id and speaker.voice_id = voice.id and named = 1)"
        " as sessions from transcription_voices as voice where tenant_id = :tenant and id > :after"
        " order by id limit :limit",
        {{"after", after}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<ListedVoice> voices;
    for (const store::Row& row : *rows) {
        auto name = name_in(transaction, row);
        if (!name) return std::unexpected(name.error());
        voices.push_back({row.text("id"), *std::move(name), row.integer("created_ms"), row.integer("sessions")});
    }
    return voices;
}

}  // namespace transcription
