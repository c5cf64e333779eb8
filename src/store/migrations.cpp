#include "store/migrations.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "store/unit.hpp"

namespace store {
namespace {

using base::ErrorCode;
using base::fail;
using Versions = std::map<std::string, std::int64_t, std::less<>>;

constexpr std::string_view versions_table =
    "create table if not exists schema_versions (service text not null, version bigint not null, applied_ms bigint not "
    "null,"
    " primary key (service, version)) {clustered}";

constexpr std::string_view migrate_hint = "; run \"video-transcriber migrate\" first";

// The store's own steps first, then the services' in their order.
base::Result<std::vector<Migration>> all_steps(std::span<const Migration> migrations) {
    std::vector<Migration> steps(own_migrations().begin(), own_migrations().end());
    steps.insert(steps.end(), migrations.begin(), migrations.end());
    Versions newest;
    for (const Migration& step : steps) {
        std::int64_t& version = newest[std::string(step.service)];
        if (step.version != ++version) {
            return fail(ErrorCode::invalid_argument, "the migrations of " + std::string(step.service) +
                                                         " have a gap before version " + std::to_string(step.version));
        }
    }
    return steps;
}

Versions newest_of(std::span<const Migration> steps) {
    Versions newest;
    for (const Migration& step : steps)
        newest[std::string(step.service)] = step.version;
    return newest;
}

base::Result<Versions> versions_in(Unit& unit) {
    auto outcome = unit.run("select service, max(version) as version from schema_versions group by service", {});
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    Versions versions;
    for (const Row& row : outcome->rows)
        versions[row.text("service")] = row.integer("version");
    return versions;
}

base::Result<void> refuse_newer(const Versions& present, const Versions& known) {
    for (const auto& [service, version] : present) {
        const auto mine = known.find(service);
        if (mine != known.end() && mine->second >= version) continue;
        return fail(ErrorCode::database_newer,
                    "the database has version " + std::to_string(version) + " of the tables of " + service +
                        ", which this program does not know; use the program that made it, or a newer one");
    }
    return {};
}

base::Result<void> refuse_older(const Versions& present, const Versions& known) {
    for (const auto& [service, version] : known) {
        const auto theirs = present.find(service);
        if (theirs != present.end() && theirs->second >= version) continue;
        return fail(ErrorCode::database_outdated, "the database lacks version " + std::to_string(version) +
                                                      " of the tables of " + service + std::string(migrate_hint));
    }
    return {};
}

base::Result<std::unique_ptr<Unit>> begin(DatabaseState& state, Mode mode) {
    return Unit::begin(state, mode, {}, "", {});
}

base::Result<void> committed(Unit& unit) {
    auto position = unit.commit();
    if (!position) return std::unexpected(std::move(position.error()));
    return {};
}

// One step in its own transaction; false when somebody else took it meanwhile.
base::Result<bool> take_step(DatabaseState& state, const Migration& step, const Versions& known) {
    auto unit = begin(state, Mode::write);
    if (!unit) return std::unexpected(std::move(unit.error()));
    const auto present = versions_in(**unit);
    if (!present) return std::unexpected(present.error());
    if (auto checked = refuse_newer(*present, known); !checked) return std::unexpected(std::move(checked.error()));
    const auto theirs = present->find(step.service);
    if (theirs != present->end() && theirs->second >= step.version) return false;
    if (auto done = (*unit)->run_script(step.sql); !done) return std::unexpected(std::move(done.error()));
    const std::array<Parameter, 2> row{Parameter{"service", step.service}, Parameter{"version", step.version}};
    const auto recorded = (*unit)->run(
        "insert into schema_versions (service, version, applied_ms) values (:service, :version, {now_ms})", row);
    if (!recorded) return std::unexpected(recorded.error());
    if (auto end = committed(**unit); !end) return std::unexpected(std::move(end.error()));
    return true;
}

base::Result<void> make_versions_table(DatabaseState& state) {
    auto unit = begin(state, Mode::write);
    if (!unit) return std::unexpected(std::move(unit.error()));
    if (auto made = (*unit)->run_script(versions_table); !made) return made;
    return committed(**unit);
}

}  // namespace

base::Result<std::int64_t> apply_migrations(DatabaseState& state, std::span<const Migration> migrations) {
    const auto steps = all_steps(migrations);
    if (!steps) return std::unexpected(steps.error());
    if (auto made = make_versions_table(state); !made) return std::unexpected(std::move(made.error()));
    const Versions known = newest_of(*steps);
    std::int64_t taken = 0;
    for (const Migration& step : *steps) {
        const auto took = take_step(state, step, known);
        if (!took) return std::unexpected(took.error());
        taken += *took ? 1 : 0;
    }
    return taken;
}

base::Result<void> check_versions(DatabaseState& state, std::span<const Migration> migrations) {
    const auto steps = all_steps(migrations);
    if (!steps) return std::unexpected(steps.error());
    const Versions known = newest_of(*steps);
    auto unit = begin(state, Mode::read);
    if (!unit) return std::unexpected(std::move(unit.error()));
    const auto present = versions_in(**unit);
    if (!present && present.error().code == ErrorCode::internal) {
        return fail(ErrorCode::database_outdated, "the database has no tables yet" + std::string(migrate_hint));
    }
    if (!present) return std::unexpected(present.error());
    if (auto checked = refuse_newer(*present, known); !checked) return checked;
    return refuse_older(*present, known);
}

}  // namespace store
