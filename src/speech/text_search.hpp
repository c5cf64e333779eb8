// The choice of tokens: a beam search. The likeliest text is followed with a few that are nearly as likely and, when
// there are phrases to listen for, some that leave them only to say a phrase. Of texts that end in the same words, only
// the better one is followed: they would go on alike. In the end the one wins whose tokens, with the bonuses of its
// phrases, are worth most on average. So a phrase that is not heard changes nothing. Pure; any thread.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "speech/phrase_trie.hpp"

namespace speech {

/// Texts go on alike from where so many tokens at their end are the same, though one of them may have said that so many
/// tokens earlier.
inline constexpr std::size_t alike_tokens = 6;
inline constexpr std::size_t most_ahead = 2;

/// What is known of one text so far.
struct TextSoFar {
    PhraseTrie::Node node = PhraseTrie::root;
    double kept = 0;  // bonuses of the phrases said in whole, of each once: a loop gains nothing
    std::vector<PhraseTrie::Node> said = {};  // those phrases
    std::size_t tokens = 0;
    std::array<std::int32_t, alike_tokens + most_ahead> last = no_tokens();  // the newest at the end
    std::array<double, most_ahead + 1> log_probability_before = {};          // so many tokens ago; now, at the front
    bool strayed = false;                                                    // it left the likely tokens for a phrase
    bool owes_phrase = false;                                                // one that is not said in whole yet

    /// Of its tokens, without any bonus.
    [[nodiscard]] double log_probability() const { return log_probability_before.front(); }
    void append(std::int32_t token, double log_probability);

  private:
    static constexpr std::array<std::int32_t, alike_tokens + most_ahead> no_tokens() {
        std::array<std::int32_t, alike_tokens + most_ahead> none{};
        none.fill(-1);
        return none;
    }
};

/// Whether `text` says what `other` says at its end, and is worth as much up to there.
bool covers(const TextSoFar& text, const TextSoFar& other);

/// What the model says of the token after a text.
struct NextToken {
    std::int32_t likeliest = 0;
    std::span<const float> probabilities;  // of each token
};

struct TextStep {
    std::size_t from = 0;  // which of the texts goes on
    std::int32_t token = 0;
    TextSoFar text;
};

/// So many texts at once at most: those of likely tokens, and those that phrases are the reason for.
inline constexpr std::size_t most_likely_texts = 3;
inline constexpr std::size_t most_phrase_texts = 3;
/// Nats behind the best from which a text of likely tokens is not followed, and behind the likeliest token from which
/// another is not a likely one.
inline constexpr double likely_gap = 3;
inline constexpr double likely_token_gap = 2;

/// The texts that have ended: how many of likely tokens, and the best, behind which no other may fall too far.
class EndedTexts {
  public:
    void add(const PhraseTrie& phrases, const TextSoFar& text);
    /// Whether an open text is not followed any more: it is too far behind, or enough others of likely tokens have
    /// ended.
    [[nodiscard]] bool leave_behind(const PhraseTrie& phrases, const TextSoFar& text) const;

  private:
    std::size_t likely_ = 0;
    double likeliest_ = -std::numeric_limits<double>::infinity();  // nats
    double most_ = -std::numeric_limits<double>::infinity();       // with bonuses
};

/// Keeps the bonus of a phrase that was said in whole, the first time.
void keep(const PhraseTrie& phrases, TextSoFar& text, PhraseTrie::Node said);

/// The texts to go on with: for each of `texts`, of one length, `next` is what may follow it. What falls too far behind
/// the best is given up. Those of likely tokens are the same with phrases and without.
std::vector<TextStep> go_on(const PhraseTrie& phrases, std::span<const TextSoFar> texts,
                            std::span<const NextToken> next);

/// What a text is worth that ends now, in nats a token; minus infinity for one that strayed and said no phrase.
double worth_at_end(const PhraseTrie& phrases, const TextSoFar& text);

}  // namespace speech
