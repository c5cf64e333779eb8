#include "blob/blobs.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "blob/folder_blobs.hpp"

namespace blob {
namespace {

using base::ErrorCode;
using base::fail;

using Opener = base::Result<std::unique_ptr<Blobs>> (*)(const Config&, const Surroundings&);

struct Adapter {
    std::string_view name;
    Opener open;
};

constexpr std::array adapters{
    Adapter{"folder",
            [](const Config& config, const Surroundings& surroundings) {
                return open_folder_blobs(config.location, surroundings);
            }},
};

base::Result<Info> write_parts(Upload& upload, const Source& source) {
    for (std::uint32_t number = 1;; ++number) {
        const auto part = upload.part(number, source);
        if (!part) return std::unexpected(part.error());
        if (part->size_bytes < upload.part_size_bytes()) return upload.complete();
    }
}

}  // namespace

base::Result<std::unique_ptr<Blobs>> open_blobs(const Config& config, const Surroundings& surroundings) {
    const auto adapter = std::ranges::find(adapters, config.adapter, &Adapter::name);
    if (adapter != adapters.end()) return adapter->open(config, surroundings);
    return fail(ErrorCode::invalid_argument, "there is no blob adapter \"" + config.adapter + "\"; folder is one");
}

base::Result<Info> write(TenantBlobs& blobs, std::string_view key, const Attributes& attributes, const Source& source) {
    const auto upload = blobs.begin(key, attributes);
    if (!upload) return std::unexpected(upload.error());
    auto info = write_parts(**upload, source);
    if (info) return info;
    std::ignore = (*upload)->abort();  // what stays is swept; the first fault is the one to tell
    return info;
}

base::Result<std::string> read(TenantBlobs& blobs, std::string_view key, std::size_t limit_bytes) {
    const auto reader = blobs.open(key);
    if (!reader) return std::unexpected(reader.error());
    if ((*reader)->info().size_bytes > limit_bytes) {
        return fail(ErrorCode::invalid_argument,
                    "blob " + std::string(key) + " is larger than " + std::to_string(limit_bytes) + " bytes");
    }
    std::string content;
    content.reserve((*reader)->info().size_bytes);
    while (true) {
        const auto bytes = (*reader)->next();
        if (!bytes) return std::unexpected(bytes.error());
        if (bytes->empty()) return content;
        content.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
}

}  // namespace blob
