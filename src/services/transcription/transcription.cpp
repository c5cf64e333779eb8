#include "services/transcription/transcription.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "runtime/ordered_pool.hpp"
#include "services/transcription/assemble_worker.hpp"
#include "services/transcription/erase_worker.hpp"
#include "services/transcription/intake.hpp"
#include "services/transcription/live.hpp"
#include "services/transcription/naming.hpp"
#include "services/transcription/plan_worker.hpp"
#include "services/transcription/routes.hpp"
#include "services/transcription/schema.hpp"
#include "services/transcription/segment_worker.hpp"
#include "services/transcription/voice_routes.hpp"

namespace transcription {
namespace {

using runtime::OptionType;

std::vector<runtime::Option> options() {
    std::vector<runtime::Option> options{
        {.name = "transcription.models",
         .type = OptionType::list,
         .default_text = "moonshine-tiny-en",
         .documentation = "Models to serve, by name, the default one first; each is loaded at the start.",
         .check = runtime::not_empty()},
        {.name = "transcription.provider",
         .type = OptionType::text,
         .default_text = "cpu",
         .documentation = "Where models run that sherpa-onnx reads: cpu, cuda (the start fails without a GPU), or auto"
                          " (a GPU where there is one; its absence is told). The default model runs on the CPU.",
         .check = runtime::one_of({"cpu", "cuda", "auto"})},
        {.name = "transcription.workers",
         .type = OptionType::integer,
         .default_text = "0",
         .documentation =
             "Threads of a process that recognise segments, each a few at once; 0 is one for each processor.",
         .check = runtime::integer_from(0, 1024)},
        {.name = "transcription.plans",
         .type = OptionType::integer,
         .default_text = "1",
         .documentation = "Videos that a process decodes and cuts into segments at once. Their samples wait on"
                          " disk, 230 MB for each hour of speech, until the run has ended.",
         .check = runtime::integer_from(1, 64)}};
    for (runtime::Option& option : live_options())
        options.push_back(std::move(option));
    return options;
}

std::size_t segments_at_once(const runtime::Config& config) {
    const std::int64_t workers = config.integer("transcription.workers");
    return workers == 0 ? runtime::usable_cores() : static_cast<std::size_t>(workers);
}

std::vector<flow::WorkHandler> workers(const SharedTools& tools) {
    const runtime::Config& config = tools->platform.config;
    std::vector<flow::WorkHandler> handlers{
        plan_worker(tools, static_cast<std::size_t>(config.integer("transcription.plans"))), erase_worker(tools),
        naming_worker(tools)};
    std::ranges::move(assemble_workers(tools), std::back_inserter(handlers));
    for (const Models::Served& served : tools->models.served()) {
        if (!served.engine) continue;
        std::ranges::move(segment_workers(tools, *served.engine, segments_at_once(config)),
                          std::back_inserter(handlers));
    }
    return handlers;
}

std::vector<runtime::Route> all_routes(const SharedTools& tools) {
    std::vector<runtime::Route> all = routes(tools);
    std::ranges::move(voice_routes(tools), std::back_inserter(all));
    return all;
}

base::Result<flow::Parts> make(const MakeEngines& make_engines, const flow::Platform& platform) {
    auto engines = make_engines(platform);
    if (!engines) return std::unexpected(std::move(engines.error()));
    Models models(*engines, platform.config.list("transcription.models"));
    const auto tools = std::make_shared<const Tools>(
        Tools{platform, *std::move(engines), std::move(models), Measures(platform.metrics)});
    return flow::Parts{.routes = all_routes(tools),
                       .events = {intake(), naming_intake()},
                       .works = workers(tools),
                       .tasks = {stray_samples(platform)},
                       .ready = [tools] { return tools->models.ready(); },
                       .prepare = {}};
}

}  // namespace

flow::Service service(MakeEngines make_engines) {
    return {.name = "transcription",
            .options = options(),
            .migrations = migrations(),
            .make = [make_engines = std::move(make_engines)](const flow::Platform& platform) {
                return make(make_engines, platform);
            }};
}

}  // namespace transcription
