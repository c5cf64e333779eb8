// The program's version; CMakeLists.txt is its one place.
#pragma once
#include <string>
#include <string_view>

namespace app {

inline constexpr std::string_view program_version = VT_VERSION;

/// "video-transcriber VERSION (sherpa-onnx VERSION)".
std::string version_text();

}  // namespace app
