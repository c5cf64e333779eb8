#include "app/roles.hpp"

#include <algorithm>

#include "app/engines.hpp"
#include "app/instance.hpp"
#include "app/platform_options.hpp"
#include "flow/runner.hpp"
#include "services/analysis/analysis.hpp"
#include "services/auth/auth.hpp"
#include "services/exporting/exporting.hpp"
#include "services/gateway/gateway.hpp"
#include "services/notification/notification.hpp"
#include "services/session/session.hpp"
#include "services/transcription/transcription.hpp"
#include "services/upload/upload.hpp"

namespace app {
namespace {

constexpr int below_requests = 5;  // niceness

// The cores' work gives way to requests, so that reading stays quick while videos are transcribed.
flow::Service transcription_role() {
    flow::Service role = transcription::service(engines_of_this_machine);
    role.work_threads = 0;
    role.work_niceness = below_requests;
    return role;
}

flow::Service notification_role(Instance* instance) {
    flow::Service role =
        notification::service([instance](const flow::Platform&) { return instance->client_to_outside(); });
    role.work_threads = 8;  // receivers are slow, and cost nothing but waiting
    return role;
}

std::string names_of(const std::vector<flow::Service>& roles) {
    std::string names = "all";
    for (const flow::Service& role : roles)
        names += ", " + role.name;
    return names;
}

}  // namespace

gateway::Probes probes_of(Instance* instance) {
    return {.ready = [instance] { return instance->ready(); }, .metrics = [instance] { return instance->metrics(); }};
}

std::vector<flow::Service> all_roles(Instance* instance) {
    return {auth::service(),      gateway::service(probes_of(instance)),
            session::service(),   upload::service(),
            transcription_role(), analysis::service(),
            exporting::service(), notification_role(instance)};
}

base::Result<std::vector<flow::Service>> select_roles(std::vector<flow::Service> roles,
                                                      const std::vector<std::string>& names) {
    const auto chosen = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
    if (chosen("all")) return roles;
    for (const std::string& name : names) {
        if (std::ranges::none_of(roles, [&](const flow::Service& role) { return role.name == name; }))
            return base::fail(base::ErrorCode::configuration_invalid,
                              "there is no service \"" + name + "\"; known: " + names_of(roles));
    }
    std::erase_if(roles, [&](const flow::Service& role) { return !chosen(role.name); });
    return roles;
}

runtime::ConfigTable configuration_table() {
    std::vector<runtime::Option> options = platform_options();
    const auto add = [&](const std::vector<runtime::Option>& more) {
        options.insert(options.end(), more.begin(), more.end());
    };
    for (const flow::Service& role : all_roles(nullptr))
        add(role.options);
    add(flow::housekeeping_options());
    return runtime::ConfigTable(std::move(options));
}

std::vector<store::Migration> all_migrations(const std::vector<flow::Service>& roles) {
    std::vector<store::Migration> migrations;
    for (const flow::Service& role : roles)
        migrations.insert(migrations.end(), role.migrations.begin(), role.migrations.end());
    return migrations;
}

}  // namespace app
