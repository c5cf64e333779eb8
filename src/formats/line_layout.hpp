// Words into the lines of one cue. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "formats/subtitle_rules.hpp"
#include "formats/words.hpp"

namespace formats {

/// Fills lines word by word, as few as the words need: tells how many there are and whether they keep within the rules.
class LineFiller {
  public:
    explicit LineFiller(const SubtitleRules& rules) : rules_(rules) {}
    /// `characters` is the word's length, without its space.
    void add(const Word& word, std::size_t characters);
    [[nodiscard]] std::size_t lines() const { return lines_; }
    [[nodiscard]] bool fits() const { return fits_; }

  private:
    const SubtitleRules& rules_;
    std::size_t lines_ = 0;
    std::size_t line_characters_ = 0;
    bool fits_ = true;
};

/// The words, at least one, in as few lines as they need (one line if they fit on one), broken where reading suffers
/// least: by the cost of the breaks, then by even lengths, with the lower line rather the longer. A word longer than a
/// line stands alone and sticks out.
std::vector<std::string> lay_out(std::span<const Word> words, const SubtitleRules& rules, bool english);

}  // namespace formats
