// What the parts of the service share: the platform, the options' values and the room for bytes that wait to be whole
// parts.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "flow/requests.hpp"
#include "flow/service.hpp"

namespace upload {

inline constexpr std::string_view service_name = "upload";

struct Settings {
    std::int64_t largest_bytes = 0;
    std::chrono::milliseconds expires{};
    std::chrono::milliseconds recording_expires{};
    std::chrono::milliseconds lease{};
    std::chrono::milliseconds openai_time{};
    std::vector<std::string> openai_models;
    bool openai_keep = true;
};

std::vector<runtime::Option> upload_options();
Settings read_settings(const runtime::Config& config);

/// Counts bytes against a limit. Any thread.
class Memory {
  public:
    explicit Memory(std::int64_t limit_bytes) : limit_bytes_(limit_bytes) {}
    /// Errors: overloaded.
    base::Result<void> take(std::int64_t size_bytes);
    void give(std::int64_t size_bytes) { used_bytes_ -= size_bytes; }
    [[nodiscard]] std::int64_t used_bytes() const { return used_bytes_.load(); }

  private:
    std::int64_t limit_bytes_;
    std::atomic<std::int64_t> used_bytes_ = 0;
};

struct Uploads {
    explicit Uploads(const flow::Platform& with)
        : platform(with),
          settings(read_settings(with.config)),
          memory(static_cast<std::int64_t>(with.config.size_bytes("upload.memory_bytes"))) {}
    const flow::Platform& platform;
    Settings settings;
    Memory memory;
};
using Shared = std::shared_ptr<Uploads>;

/// Room for the bytes of one request, given back at its end.
class Room {
  public:
    static base::Result<Room> take(const Shared& shared, std::int64_t size_bytes);
    ~Room();
    Room(Room&& other) noexcept;
    Room& operator=(Room&&) = delete;

  private:
    Room(Shared shared, std::int64_t size_bytes) : shared_(std::move(shared)), size_bytes_(size_bytes) {}
    Shared shared_;
    std::int64_t size_bytes_;
};

/// A fault said as one value.
inline std::unexpected<base::Error> pass_on(const auto& result) {
    return std::unexpected(result.error());
}

}  // namespace upload
