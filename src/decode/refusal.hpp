// Playlists and the like: files whose sound is in other files or on the network. They are never followed; they are
// recognised by their content, so that the user is told why. Pure.
#pragma once
#include <optional>
#include <string_view>

namespace decode {

/// What kind of pointer the file is, such as "an HLS playlist", from its first bytes; empty for anything else.
std::optional<std::string_view> pointer_kind(std::string_view head);

}  // namespace decode
