// The languages that a model knows and a person asks for, as BCP 47 names them. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace speech {

/// Whether this can be a language as BCP 47 names them ("en", "zh-Hant", "yue"). Errors: invalid_argument.
base::Result<void> check_language(std::string_view tag);

/// The tag as BCP 47 writes it: "EN_gb" as "en-GB", "ZH-hant" as "zh-Hant"; other texts stay texts.
std::string normal_language(std::string_view tag);

/// The language of a transcription.
struct ChosenLanguage {
    std::string tag;         // for the transcript; "und" (ISO 639-2) where the engine finds it out by itself
    std::string engine_tag;  // as the model's own list has it; empty: nothing that the engine could be told
    bool operator==(const ChosenLanguage&) const = default;
};

/// From what was asked for (empty: nothing) and what the model knows (empty: unknown, so anything is tried). Tags are
/// compared by their first part, without case: "en-GB" is English to a model that knows "en". Errors:
/// invalid_argument (not a tag), language_unsupported (with those that the model knows).
base::Result<ChosenLanguage> choose_language(std::string_view wanted, const std::vector<std::string>& known);

}  // namespace speech
