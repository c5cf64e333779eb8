// The words of a text as search knows them. Text is cut at everything that is no letter, digit or mark, apostrophes and
// hyphens too ("l'homme" is found by "homme"), and folded (fold.hpp). Scripts without spaces between words (Chinese,
// Japanese, Thai, …) give each character and each pair of neighbours instead. Pure; any thread.
#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace session {

/// At most so many distinct words of a session are found; of an hour of speech there are about 3,000.
inline constexpr std::size_t most_words_a_session = 50'000;
inline constexpr std::size_t most_words_a_query = 8;

/// Distinct words, up to a limit.
class WordSet {
  public:
    explicit WordSet(std::size_t limit = most_words_a_session) : limit_(limit) {}
    void add_text(std::string_view text);
    [[nodiscard]] const std::set<std::string, std::less<>>& words() const { return words_; }
    /// Whether the limit left something out.
    [[nodiscard]] bool was_cut() const { return was_cut_; }

  private:
    void add(std::string word);
    std::size_t limit_;
    std::set<std::string, std::less<>> words_;
    bool was_cut_ = false;
};

/// The words that all must be in a session which this query finds. Errors: invalid_argument (none, or more than
/// most_words_a_query).
base::Result<std::vector<std::string>> query_words(std::string_view query);

}  // namespace session
