// Running text from the texts of segments. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

namespace formats {

/// Appends one clean text to another as a reader expects: with a space between them, but none where both sides are
/// written without spaces (Chinese, Japanese, …) or either is empty.
void append_text(std::string& text, std::string_view more);

}  // namespace formats
