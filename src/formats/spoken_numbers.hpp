// English numbers as people say them, written in figures where that is sure. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace formats {

/// Words `first` to `end` (not included) are written as `text`.
struct Replacement {
    std::size_t first = 0;
    std::size_t end = 0;
    std::string text;
    bool operator==(const Replacement&) const = default;
};

/// Cardinals and ordinals from ten on, decimals, years, times, dates, money, percentages, and figures one by one, in
/// the order of the words. A run of number words is written whole or left as it is: what could be read in two ways
/// ("at this point ten"), counting ("one, two, three"), and phrases ("a hundred times") stay words. Years that start
/// in nineteen or twenty are known by themselves, others by what stands before them ("in fifteen seventeen").
/// Punctuation around stays, and what was written in figures is not changed by another turn.
std::vector<Replacement> spoken_numbers(std::span<const std::string_view> words);

}  // namespace formats
