// FFmpeg's view of the one file it may see: reads by position through pread, so that the descriptor's own position is
// neither trusted nor moved. Writing, and opening anything else, do not exist. One thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"

struct AVIOContext;

namespace decode {

class FileInput {
  public:
    /// `descriptor` stays the caller's. Errors: file_empty, file_unreadable (not a regular file, or not readable).
    static base::Result<std::unique_ptr<FileInput>> open(int descriptor);
    ~FileInput();
    FileInput(const FileInput&) = delete;
    FileInput& operator=(const FileInput&) = delete;

    /// Owned by this object.
    [[nodiscard]] AVIOContext* context() { return context_; }
    [[nodiscard]] std::int64_t size_bytes() const { return size_bytes_; }
    /// At most `limit_bytes` of the file's beginning.
    [[nodiscard]] std::string head(std::size_t limit_bytes) const;
    /// The errno of the first read that failed; 0 when none did.
    [[nodiscard]] int read_fault() const { return read_fault_; }
    /// Whether a reader wanted to go past the end, as happens when a file is cut short.
    [[nodiscard]] bool overrun() const { return overrun_; }

  private:
    FileInput(int descriptor, std::int64_t size_bytes) : descriptor_(descriptor), size_bytes_(size_bytes) {}
    static int read_packet(void* self, std::uint8_t* buffer, int size);
    static std::int64_t seek(void* self, std::int64_t offset, int whence);

    int descriptor_;
    std::int64_t size_bytes_;
    std::int64_t position_bytes_ = 0;
    int read_fault_ = 0;
    bool overrun_ = false;
    AVIOContext* context_ = nullptr;
};

}  // namespace decode
