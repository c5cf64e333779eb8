#include "services/exporting/exporting.hpp"

#include "services/exporting/erasing.hpp"
#include "services/exporting/making.hpp"
#include "services/exporting/routes.hpp"
#include "services/exporting/schema.hpp"

namespace exporting {
namespace {

flow::Parts make_parts(const flow::Platform& platform) {
    const auto at_once = static_cast<std::size_t>(platform.config.integer("exporting.at_once"));
    flow::Parts parts;
    parts.routes = routes(platform);
    parts.events.push_back(deletion());
    parts.works.push_back(making(platform, at_once));
    parts.works.push_back(erasing(platform));
    parts.tasks.push_back(strays(platform));
    return parts;
}

}  // namespace

flow::Service service() {
    return {.name = "exporting",
            .options = {{.name = "exporting.at_once",
                         .type = runtime::OptionType::integer,
                         .default_text = "2",
                         .documentation = "Exports that a process makes at once.",
                         .check = runtime::integer_from(1, 64)}},
            .migrations = migrations(),
            .make = [](const flow::Platform& platform) -> base::Result<flow::Parts> { return make_parts(platform); }};
}

}  // namespace exporting
