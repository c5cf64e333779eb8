// Search by title and text without keeping either: a blind index. Of every word (words.hpp) only a term is stored, the
// first 16 bytes of HMAC-SHA-256 (RFC 2104) under a random key of the tenant's own, and that key only sealed: once the
// tenant's key is destroyed, nobody can tell any more which words its terms were, and the index is erased with it. What
// the index still tells whoever reads the database: how many words a session has, and which sessions share some.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "services/session/words.hpp"
#include "store/database.hpp"

namespace session {

inline constexpr std::size_t term_size_bytes = 16;

/// Of one session or query, each term_size_bytes long.
using Terms = std::set<std::string>;

struct IndexedWords {
    Terms terms;
    bool was_cut = false;  // there were more words than most_words_a_session
};

/// The key of the tenant; absent when it has none yet, and so no session. Errors: those of the vault.
base::Result<std::optional<std::string>> find_search_key(store::ReadTransaction& transaction);
/// The key of the tenant, made when it has none.
base::Result<std::string> search_key(store::Transaction& transaction, base::Random& random);
/// The same outside of a transaction: makes the key in one of its own when there is none.
base::Result<std::string> search_key(store::TenantStore tenant, base::Random& random);

/// The first bytes of the word's code.
std::string term_of(std::string_view search_key, std::string_view word);
IndexedWords index_words(std::string_view search_key, const WordSet& words);

/// Which of a session's words a term comes from.
enum class Place : std::uint8_t { title, transcript };

/// Makes these the session's terms of that place. Writes only what is different.
base::Result<void> index_session(store::Transaction& transaction, std::string_view session_id, Place place,
                                 const IndexedWords& words);
/// Forgets the session's terms.
base::Result<void> unindex_session(store::Transaction& transaction, std::string_view session_id);

/// One after the other, as statements take them: `unpacked_terms` selects them from :terms and :term_count.
std::string packed(const Terms& terms);
inline constexpr std::string_view unpacked_terms =
    "with recursive places (place) as (select cast(0 as bigint) where :term_count > 0 union all"
    " select place + 1 from places where place + 1 < :term_count)"
    " select substr(cast(:terms as {blob}), cast(place * 16 + 1 as integer), 16) as term from places";
static_assert(term_size_bytes == 16, "as the statement says");

}  // namespace session
