// The folder in which a model is put together before it gets its name. What a program that was killed left of one is
// taken away by the next.
#pragma once
#include <filesystem>

#include "base/error.hpp"
#include "runtime/descriptor.hpp"

namespace app {

/// Takes everything in it away again unless it was published.
class AddingFolder {
  public:
    /// A new folder ".adding-…" in `parent`, which is made when it is not there; removes those that no living program
    /// works in. Errors: output_failed, disk_full.
    static base::Result<AddingFolder> make(const std::filesystem::path& parent);

    AddingFolder(AddingFolder&& other) noexcept;
    AddingFolder& operator=(AddingFolder&&) = delete;
    ~AddingFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Gives it this name, readable by everybody. Errors: output_failed, disk_full.
    base::Result<void> publish(const std::filesystem::path& target);

  private:
    AddingFolder(std::filesystem::path path, runtime::Descriptor lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;  // empty: nothing to take away
    runtime::Descriptor lock_;    // held as long as we work in it; the system lets go of it whatever happens to us
};

}  // namespace app
