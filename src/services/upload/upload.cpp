#include "services/upload/upload.hpp"

#include "services/upload/handlers.hpp"

namespace upload {
namespace {

flow::Parts make(const flow::Platform& platform) {
    const auto shared = std::make_shared<Uploads>(platform);
    platform.metrics.gauge_function({"upload_memory_bytes", "Bytes of uploads that wait to be whole parts."},
                                    [shared] { return static_cast<double>(shared->memory.used_bytes()); });
    flow::Parts parts;
    for (const auto& routes : {tus_routes(shared), recording_routes(shared), form_routes(shared), video_routes(shared),
                               openai_routes(shared)}) {
        parts.routes.insert(parts.routes.end(), routes.begin(), routes.end());
    }
    parts.events = upload_events();
    parts.works = upload_works(shared);
    parts.tasks = upload_tasks(shared);
    return parts;
}

}  // namespace

flow::Service service() {
    const auto migrations = upload_migrations();
    return {.name = std::string(service_name),
            .options = upload_options(),
            .migrations = {migrations.begin(), migrations.end()},
            .make = [](const flow::Platform& platform) -> base::Result<flow::Parts> { return make(platform); }};
}

}  // namespace upload
