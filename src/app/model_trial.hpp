// A model tried before it is added, in a process of its own: the engine's library may end the process on a model that
// it does not understand.
#pragma once
#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace app {

/// Runs `models check` on the copy of a model. Errors: model_broken, with what that said about it, where `source`
/// stands for the copy; cancelled once `stop` is true; internal.
base::Result<void> try_in_child(const std::filesystem::path& copy, const std::filesystem::path& source,
                                const std::atomic<bool>& stop);

/// Pure: the reason in what a failed `models check` has said, its own words before those of the engine's library.
std::string reason_in(std::string_view said);

}  // namespace app
