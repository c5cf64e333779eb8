// `video-transcriber dead-letters list|replay`: events whose handler failed for good, for the operator.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/configuration.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/operator_bus.hpp"
#include "app/roles.hpp"
#include "flow/dead_letters.hpp"

namespace app {
namespace {

using base::Result;
using Letters = std::vector<flow::KeptLetter>;

struct DeadLetterOptions {
    std::string config;
    std::string data;
    flow::LetterFilter filter = {};
    bool all = false;
    bool json = false;
    std::size_t limit = 1000;
};

int told(const base::Error& error) {
    print_error(tell(error));
    return exit_failed;
}

int print(const std::string& text) {
    const auto printed = print_result(text);
    return printed ? int{exit_done} : told(printed.error());
}

// Opens the bus that the options name and goes on with it, or tells everything that is wrong.
template <class Use>
int with_bus(const DeadLetterOptions& options, Use use) {
    ConfigurationArguments arguments{.file = options.config, .overrides = {}};
    if (!options.data.empty()) arguments.overrides.emplace_back("data.dir", options.data);
    const auto config = read_configuration(configuration_table(), arguments);
    if (!config) {
        std::ranges::for_each(config.error(), told);
        return exit_failed;
    }
    const auto opened = OperatorBus::open(*config);
    return opened ? use((*opened)->bus()) : told(opened.error());
}

std::string line_of(const flow::KeptLetter& letter) {
    return base::to_rfc3339(letter.died) + "  " + letter.event.id + "  " + letter.event.type + "  " + letter.consumer +
           "  " + std::to_string(letter.tries) + " tries" + (letter.replayed ? ", replayed" : "") + "  " +
           tell(letter.error) + "\n";
}

base::Json to_json(const flow::KeptLetter& letter) {
    base::JsonObject members{{"died_at", base::to_rfc3339(letter.died)}, {"replayed", letter.replayed}};
    const auto json = base::parse_json(flow::to_json(letter));
    if (json && json->object() != nullptr)
        members.insert(members.end(), json->object()->begin(), json->object()->end());
    return members;
}

int list(const DeadLetterOptions& options, bus::Bus& bus) {
    flow::LetterFilter filter = options.filter;
    filter.waiting_only = !options.all;
    const auto letters = flow::list_dead_letters(bus, options.limit, filter);
    if (!letters) return told(letters.error());
    if (options.json) {
        base::JsonArray listed;
        std::ranges::transform(*letters, std::back_inserter(listed), to_json);
        return print(base::to_canonical_json(base::JsonObject{{"dead_letters", std::move(listed)}}) + "\n");
    }
    std::string text;
    for (const flow::KeptLetter& letter : *letters)
        text += line_of(letter);
    return print(text);
}

struct Replayed {
    std::int64_t events = 0;
    std::int64_t impossible = 0;  // records that are no events
};

Result<Replayed> replay(bus::Bus& bus, const Letters& letters) {
    Replayed count;
    for (const flow::KeptLetter& letter : letters) {
        if (!flow::can_be_replayed(letter)) {
            ++count.impossible;
            continue;
        }
        const auto fresh = flow::replay(bus, letter);
        if (!fresh) return std::unexpected(fresh.error());
        count.events += *fresh ? 1 : 0;
    }
    return count;
}

int replay(const DeadLetterOptions& options, bus::Bus& bus) {
    flow::LetterFilter filter = options.filter;
    filter.waiting_only = true;
    const auto letters = flow::list_dead_letters(bus, options.limit, filter);
    if (!letters) return told(letters.error());
    const auto count = replay(bus, *letters);
    if (!count) return told(count.error());
    if (count->impossible > 0)
        print_warning(std::to_string(count->impossible) + " records are no events and cannot be replayed");
    if (letters->size() == options.limit) print_note("there may be more: run it again");
    if (!options.json) print_note(std::to_string(count->events) + " replayed");
    return options.json ? print(base::to_canonical_json(
                                    base::JsonObject{{"replayed", count->events}, {"impossible", count->impossible}}) +
                                "\n")
                        : exit_done;
}

int replay_what_is_named(const DeadLetterOptions& options) {
    const flow::LetterFilter& filter = options.filter;
    if (!options.all && filter.type.empty() && filter.consumer.empty() && filter.event_id.empty()) {
        print_error("say which: --type, --consumer, --event, or --all");
        return exit_usage;
    }
    return with_bus(options, [&](bus::Bus& bus) { return replay(options, bus); });
}

CLI::App& declare_one(CLI::App& parent, const char* name, const char* summary, DeadLetterOptions& options) {
    CLI::App& command = *parent.add_subcommand(name, summary);
    command.add_option("-c,--config", options.config, "Configuration (TOML)");
    command.add_option("-d,--data", options.data, "Folder of everything that is kept");
    command.add_option("--type", options.filter.type, "Only events of this type");
    command.add_option("--consumer", options.filter.consumer, "Only what this consumer has given up");
    command.add_option("--event", options.filter.event_id, "Only the event of this id");
    command.add_option("--limit", options.limit, "The oldest so many (default: 1000)")
        ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}));
    command.add_flag("--json", options.json, "As JSON");
    return command;
}

}  // namespace

void declare_dead_letters(CLI::App& command, Action& chosen) {
    command.require_subcommand(1);
    const auto listing = std::make_shared<DeadLetterOptions>();
    CLI::App& one = declare_one(command, "list", "List the events that wait to be replayed, oldest first", *listing);
    one.add_flag("--all", listing->all, "Also those that were replayed");
    one.callback([listing, &chosen] {
        chosen = [listing] { return with_bus(*listing, [&](bus::Bus& bus) { return list(*listing, bus); }); };
    });
    const auto replaying = std::make_shared<DeadLetterOptions>();
    CLI::App& other = declare_one(command, "replay", "Give events to the consumers that gave them up", *replaying);
    other.add_flag("--all", replaying->all, "All that wait");
    other.callback([replaying, &chosen] { chosen = [replaying] { return replay_what_is_named(*replaying); }; });
}

}  // namespace app
