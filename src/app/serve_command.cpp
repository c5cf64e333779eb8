// `video-transcriber serve`: the platform, until SIGTERM or Ctrl-C.
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/configuration.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/instance.hpp"
#include "app/roles.hpp"
#include "runtime/files.hpp"
#include "runtime/memory.hpp"
#include "runtime/stop_signals.hpp"
#include "services/auth/auth.hpp"

namespace app {
namespace {

struct ServeOptions {
    std::string config;
    std::string services;
    std::string data;
    std::string listen;
};

ConfigurationArguments arguments_of(const ServeOptions& options) {
    ConfigurationArguments arguments{.file = options.config, .overrides = {}};
    const auto override_with = [&](std::string name, const std::string& value) {
        if (!value.empty()) arguments.overrides.emplace_back(std::move(name), value);
    };
    override_with("server.services", options.services);
    override_with("data.dir", options.data);
    override_with("server.listen", options.listen);
    return arguments;
}

int refuse(const std::vector<base::Error>& errors) {
    for (const base::Error& error : errors)
        print_error(tell(error));
    return exit_failed;
}

// The first administrator's key, which is shown when it has just been made.
class FirstKey {
  public:
    explicit FirstKey(const runtime::Config& config)
        : path_(auth::bootstrap_key_file(config)), before_(runtime::read_file(path_, longest_bytes).value_or("")) {}
    void tell_if_new() const {
        const auto now = runtime::read_file(path_, longest_bytes);
        if (now && *now != before_)
            print_note("the administrator's key, kept in " + path_ +
                       " and shown this once: " + now->substr(0, now->find('\n')));
    }

  private:
    static constexpr std::size_t longest_bytes = 4096;
    std::string path_;
    std::string before_;
};

int serve(const ServeOptions& options) {
    runtime::return_freed_memory();
    const runtime::StopSignals signals;
    auto config = read_configuration(configuration_table(), arguments_of(options));
    if (!config) return refuse(config.error());
    const std::chrono::milliseconds patience = config->duration("server.drain_time");
    const FirstKey key(*config);
    auto instance = Instance::start(std::move(*config));
    if (!instance) return refuse({instance.error()});
    key.tell_if_new();
    print_note("listening on " + (*instance)->address());
    while (!signals.wait(std::chrono::hours(1))) {
    }
    print_note("stopping; a second signal ends it at once");
    (*instance)->stop(patience);
    return exit_done;
}

}  // namespace

void declare_serve(CLI::App& command, Action& chosen) {
    const auto options = std::make_shared<ServeOptions>();
    command.add_option("-c,--config", options->config, "Configuration (TOML); `config print` shows every option");
    command.add_option("--services", options->services, "Which services, with commas between (default: all)");
    command.add_option("-d,--data", options->data, "Folder of everything that is kept; processes may share it");
    command.add_option("--listen", options->listen, "ADDRESS:PORT (default: 127.0.0.1:8080)");
    command.footer("Exit codes: 0 stopped by a signal, 1 it could not start, 2 wrong usage.");
    command.callback([options, &chosen] { chosen = [options] { return serve(*options); }; });
}

}  // namespace app
