#include "services/upload/shared.hpp"

#include <charconv>

#include "blob/blobs.hpp"

namespace upload {
namespace {

using runtime::OptionType;

// What fits into the most parts that a blob may have.
std::string fits_in_parts(std::string_view text) {
    std::uint64_t size = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), size);
    const std::uint64_t most = blob::usual_part_bytes * blob::most_parts;
    const bool good = read.ec == std::errc() && size > 0 && size <= most;
    return good ? "" : "must be from 1 byte to " + std::to_string(most / blob::chunk_size_bytes) + "MiB";
}

std::string holds_a_part(std::string_view text) {
    std::uint64_t size = 0;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return size >= blob::usual_part_bytes && size < (std::uint64_t{1} << 50U) ? "" : "must be at least 8MiB";
}

}  // namespace

std::vector<runtime::Option> upload_options() {
    return {
        {.name = "upload.largest_bytes",
         .type = OptionType::size,
         .default_text = "20GiB",
         .documentation = "The largest video that is taken; a larger one is refused with body_too_large.",
         .check = fits_in_parts},
        {.name = "upload.memory_bytes",
         .type = OptionType::size,
         .default_text = "512MiB",
         .documentation = "What all uploads of this process may hold in memory together, 8 MiB each at most; beyond it "
                          "new ones are refused with overloaded.",
         .check = holds_a_part},
        {.name = "upload.expires",
         .type = OptionType::duration,
         .default_text = "24h",
         .documentation =
             "An upload that nobody goes on with for this long is given up. Keep it below the age at which "
             "the sweeper removes parts that nobody completes."},
        {.name = "upload.recording_expires",
         .type = OptionType::duration,
         .default_text = "10m",
         .documentation = "When nobody goes on with the audio of a live stream for this long, because its process has "
                          "died, its session gets what is there. Streams that live go on with it at least once in "
                          "transcription.live_idle_time and a minute, or in twice that time where it is shorter: this "
                          "must be longer."},
        {.name = "upload.lease",
         .type = OptionType::duration,
         .default_text = "60s",
         .documentation = "How long an upload stays in the hands of a request whose process has died."},
        {.name = "upload.openai_time",
         .type = OptionType::duration,
         .default_text = "10m",
         .documentation =
             "How long /v1/audio/transcriptions waits for the transcript before it answers with a time-out."},
        {.name = "upload.openai_models",
         .type = OptionType::list,
         .default_text = "whisper-*,gpt-*",
         .documentation =
             "Names of OpenAI's models that stand for the default model on /v1/audio/transcriptions; a last "
             "'*' stands for any ending."},
        {.name = "upload.openai_keep",
         .type = OptionType::boolean,
         .default_text = "true",
         .documentation = "Whether sessions made by /v1/audio/transcriptions stay after their transcript was given."},
    };
}

Settings read_settings(const runtime::Config& config) {
    return {.largest_bytes = static_cast<std::int64_t>(config.size_bytes("upload.largest_bytes")),
            .expires = config.duration("upload.expires"),
            .recording_expires = config.duration("upload.recording_expires"),
            .lease = config.duration("upload.lease"),
            .openai_time = config.duration("upload.openai_time"),
            .openai_models = config.list("upload.openai_models"),
            .openai_keep = config.boolean("upload.openai_keep")};
}

base::Result<void> Memory::take(std::int64_t size_bytes) {
    const std::int64_t before = used_bytes_.fetch_add(size_bytes);
    if (before + size_bytes <= limit_bytes_) return {};
    used_bytes_ -= size_bytes;
    return base::fail(base::ErrorCode::overloaded, "too many uploads at once; try again soon");
}

base::Result<Room> Room::take(const Shared& shared, std::int64_t size_bytes) {
    if (auto taken = shared->memory.take(size_bytes); !taken) return pass_on(taken);
    return Room(shared, size_bytes);
}

Room::~Room() {
    if (shared_) shared_->memory.give(size_bytes_);
}

Room::Room(Room&& other) noexcept : shared_(std::move(other.shared_)), size_bytes_(other.size_bytes_) {}

}  // namespace upload
