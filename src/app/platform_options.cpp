#include "app/platform_options.hpp"

#include "runtime/log.hpp"

namespace app {
namespace {

using runtime::integer_from;
using runtime::not_empty;
using runtime::one_of;
using runtime::Option;
using enum runtime::OptionType;

std::string check_listen(std::string_view value) {
    const std::size_t colon = value.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return "must be ADDRESS:PORT, such as 127.0.0.1:8080";
    return integer_from(0, 65535)(value.substr(colon + 1)).empty() ? "" : "must end in a port from 0 to 65535";
}

std::string check_listen_or_empty(std::string_view value) {
    return value.empty() ? "" : check_listen(value);
}

std::string check_level(std::string_view value) {
    return runtime::parse_log_level(value) ? "" : "must be debug, info, warning, error or off";
}

std::vector<Option> server_options() {
    return {
        {"server.listen", text, "127.0.0.1:8080",
         "Where the API listens: a numeric address and a port (0: any that is free).", check_listen},
        {"server.services", list, "all", "Which services this process runs; `all` stands for every one.", not_empty()},
        {"server.workers", integer, "4", "Threads that answer requests, for each service.", integer_from(1, 1024)},
        {"server.connections", integer, "4096", "Open connections at most.", integer_from(1, 1'000'000)},
        {"server.network_threads", integer, "1", "Threads that wait for sockets.", integer_from(1, 64)},
        {"server.drain_time", duration, "20s", "How long requests in progress may take after SIGTERM."},
        {"server.tls_certificate", text, "", "Certificate chain (PEM); with `server.tls_key` the API speaks TLS."},
        {"server.tls_key", text, "", "The certificate's private key (PEM)."},
        {"server.migrate", boolean, "true",
         "Bring the database to this program's schema at start; false: only check it."},
    };
}

std::vector<Option> storage_options() {
    return {
        {"data.dir", text, "video-transcriber-data", "The folder of everything that is kept.", not_empty()},
        {"data.reserve", size, "16MiB",
         "How much of the disk must be free; with less, or a disk that cannot be written, /readyz says 503."},
        {"store.adapter", text, "sqlite", "The relational store.", one_of({"sqlite"})},
        {"store.location", text, "", "Its file; empty: `store.db` in `data.dir`."},
        {"store.busy_timeout", duration, "10s", "How long a writer waits for the others."},
        {"blob.adapter", text, "folder", "The blob store.", one_of({"folder"})},
        {"blob.location", text, "", "Its folder; empty: `blobs` in `data.dir`."},
        {"bus.adapter", text, "sqlite", "The event bus.", one_of({"sqlite"})},
        {"bus.location", text, "", "Its file; empty: `bus.db` in `data.dir`."},
        {"bus.partitions", integer, "4", "Partitions of topics that are made from now on.", integer_from(1, 1024)},
        {"bus.lease", duration, "6s", "How long a consumer that died keeps its partitions."},
        {"bus.poll_interval", duration, "200ms", "How often events of other processes are looked for."},
        {"bus.retention", duration, "7d", "How long events can be replayed."},
        {"cache.adapter", text, "memory", "The cache.", one_of({"memory"})},
        {"cache.capacity", size, "64MiB", "Its size."},
    };
}

std::vector<Option> instance_options() {
    return {
        {"instance.id", text, "", "The name of this process in logs and leases; empty: made at start."},
        {"flow.lease", duration, "30s", "How long work that a dead process held waits for another one."},
        {"flow.task_lease", duration, "10s", "The same for tasks that run in one process at a time."},
        {"flow.look_for_work", duration, "200ms", "How often work of other processes is looked for."},
        {"mesh.listen", text, "", "Where other processes reach this one's services; empty: nowhere.",
         check_listen_or_empty},
        {"mesh.peers", list, "", "Services that run elsewhere: `session=http://127.0.0.1:9001`, …"},
        {"mesh.keys",
         list,
         "",
         "Keys that sign who asks, the signing one first; empty: `mesh.key` in `data.dir`.",
         {},
         true},
        {"log.level", text, "info", "debug, info, warning, error or off.", check_level},
    };
}

}  // namespace

std::vector<Option> platform_options() {
    std::vector<Option> options = server_options();
    for (auto& more : {storage_options(), instance_options()})
        options.insert(options.end(), more.begin(), more.end());
    return options;
}

}  // namespace app
