#include "services/session/search_index.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/hmac.hpp"

namespace session {
namespace {

using base::Result;
using store::Bytes;

constexpr std::string_view select_key =
    "select search_key, search_key_key_id from session_search_keys where tenant_id = :tenant and id = 'current'";

template <class T>
Result<std::optional<std::string>> find_key(T& transaction) {
    const auto row = transaction.query_one(select_key);
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    auto key = transaction.unseal({(*row)->bytes("search_key"), (*row)->text("search_key_key_id")});
    if (!key) return std::unexpected(key.error());
    return std::move(*key);
}

// Whoever is first makes it; everyone reads that one.
Result<void> make_key(store::Transaction& transaction, base::Random& random) {
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    const auto sealed = transaction.seal({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!sealed) return std::unexpected(sealed.error());
    const auto made = transaction.execute(
        "insert into session_search_keys (tenant_id, id, search_key, search_key_key_id)"
        " values (:tenant, 'current', :search_key, :key_id) on conflict (tenant_id, id) do nothing",
        {{"search_key", sealed->bytes}, {"key_id", sealed->key_id}});
    if (!made) return std::unexpected(made.error());
    return {};
}

struct TermLists {
    Terms title;
    Terms transcript;
    bool was_cut = false;
    std::int64_t row_version = 0;  // 0: there is no row yet
    [[nodiscard]] Terms all() const {
        Terms both = title;
        both.insert(transcript.begin(), transcript.end());
        return both;
    }
};

Terms unpacked(std::string_view bytes) {
    Terms terms;
    for (; bytes.size() >= term_size_bytes; bytes.remove_prefix(term_size_bytes))
        terms.emplace_hint(terms.end(), bytes.substr(0, term_size_bytes));
    return terms;
}

Result<TermLists> read_lists(store::Transaction& transaction, std::string_view session_id) {
    const auto row = transaction.query_one(
        "select row_version, title_terms, transcript_terms, was_cut from session_term_lists"
        " where tenant_id = :tenant and id = :id {for_update}",
        {{"id", session_id}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return TermLists{};
    return TermLists{unpacked((*row)->bytes("title_terms").data), unpacked((*row)->bytes("transcript_terms").data),
                     (*row)->flag("was_cut"), (*row)->integer("row_version")};
}

Result<void> write_lists(store::Transaction& transaction, std::string_view session_id, const TermLists& lists) {
    const auto written = transaction.execute(
        "insert into session_term_lists (tenant_id, id, row_version, title_terms, transcript_terms, was_cut)"
        " values (:tenant, :id, 1, :title, :transcript, :was_cut) on conflict (tenant_id, id) do update set"
        " title_terms = excluded.title_terms, transcript_terms = excluded.transcript_terms,"
        " was_cut = excluded.was_cut, row_version = session_term_lists.row_version + 1",
        {{"id", session_id},
         {"title", Bytes{packed(lists.title)}},
         {"transcript", Bytes{packed(lists.transcript)}},
         {"was_cut", lists.was_cut}});
    if (!written) return std::unexpected(written.error());
    return {};
}

Terms difference(const Terms& left, const Terms& right) {
    Terms only;
    std::ranges::set_difference(left, right, std::inserter(only, only.end()));
    return only;
}

// A statement over all terms at once, so that the transaction stays short.
Result<void> run_over(store::Transaction& transaction, const std::string& sql, std::string_view session_id,
                      const Terms& terms) {
    if (terms.empty()) return {};
    const auto done = transaction.execute(sql, {{"session_id", session_id},
                                                {"terms", Bytes{packed(terms)}},
                                                {"term_count", static_cast<std::int64_t>(terms.size())}});
    if (!done) return std::unexpected(done.error());
    return {};
}

Result<void> add_terms(store::Transaction& transaction, std::string_view session_id, const Terms& terms) {
    static const std::string sql =
        "insert into session_terms (tenant_id, term, session_id)"
        " select :tenant, term, :session_id from (" +
        std::string(unpacked_terms) + ") as unpacked where true on conflict (tenant_id, term, session_id) do nothing";
    return run_over(transaction, sql, session_id, terms);
}

Result<void> remove_terms(store::Transaction& transaction, std::string_view session_id, const Terms& terms) {
    static const std::string sql =
        "delete from session_terms where tenant_id = :tenant and session_id = :session_id and term in (" +
        std::string(unpacked_terms) + ")";
    return run_over(transaction, sql, session_id, terms);
}

}  // namespace

Result<std::optional<std::string>> find_search_key(store::ReadTransaction& transaction) {
    return find_key(transaction);
}

Result<std::string> search_key(store::Transaction& transaction, base::Random& random) {
    auto key = find_key(transaction);
    if (key && !key->has_value()) {
        if (const auto made = make_key(transaction, random); !made) return std::unexpected(made.error());
        key = find_key(transaction);
    }
    if (!key) return std::unexpected(key.error());
    return std::move(**key);
}

Result<std::string> search_key(store::TenantStore tenant, base::Random& random) {
    {
        auto reading = tenant.read();
        if (!reading) return std::unexpected(reading.error());
        auto key = find_search_key(*reading);
        if (!key) return std::unexpected(key.error());
        if (key->has_value()) return std::move(**key);
    }
    auto writing = tenant.write();
    if (!writing) return std::unexpected(writing.error());
    auto key = search_key(*writing, random);
    if (!key) return key;
    if (const auto committed = writing->commit(); !committed) return std::unexpected(committed.error());
    return key;
}

std::string term_of(std::string_view search_key, std::string_view word) {
    return base::hmac_sha256(search_key, word).substr(0, term_size_bytes);
}

IndexedWords index_words(std::string_view search_key, const WordSet& words) {
    IndexedWords indexed{.was_cut = words.was_cut()};
    for (const std::string& word : words.words())
        indexed.terms.insert(term_of(search_key, word));
    return indexed;
}

Result<void> index_session(store::Transaction& transaction, std::string_view session_id, Place place,
                           const IndexedWords& words) {
    auto lists = read_lists(transaction, session_id);
    if (!lists) return std::unexpected(lists.error());
    const Terms before = lists->all();
    (place == Place::title ? lists->title : lists->transcript) = words.terms;
    if (place == Place::transcript) lists->was_cut = words.was_cut;
    const Terms after = lists->all();
    auto done = remove_terms(transaction, session_id, difference(before, after));
    if (done) done = add_terms(transaction, session_id, difference(after, before));
    if (done) done = write_lists(transaction, session_id, *lists);
    return done;
}

Result<void> unindex_session(store::Transaction& transaction, std::string_view session_id) {
    const auto lists = read_lists(transaction, session_id);
    if (!lists) return std::unexpected(lists.error());
    if (const auto removed = remove_terms(transaction, session_id, lists->all()); !removed) return removed;
    const auto deleted = transaction.execute("delete from session_term_lists where tenant_id = :tenant and id = :id",
                                             {{"id", session_id}});
    if (!deleted) return std::unexpected(deleted.error());
    return {};
}

std::string packed(const Terms& terms) {
    std::string bytes;
    bytes.reserve(terms.size() * term_size_bytes);
    for (const std::string& term : terms)
        bytes += term;
    return bytes;
}

}  // namespace session
