// Whether the speakers of a video are told apart, as options, events and rows say it: "" (they are not), "auto", or how
// many there are, such as "2". Pure; any thread.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace model {

inline constexpr std::size_t most_speakers = 64;

/// Errors: invalid_argument when the text is none of those.
base::Result<void> check_speakers(std::string_view text);

/// How many there are, when the text says it.
std::optional<std::size_t> known_speakers(std::string_view text);

}  // namespace model
