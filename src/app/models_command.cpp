// `video-transcriber models list|add|check`.
#include <CLI/CLI.hpp>
#include <unistd.h>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/model_store.hpp"
#include "app/model_trial.hpp"
#include "app/option_values.hpp"
#include "base/json_writer.hpp"
#include "model/audio.hpp"
#include "runtime/stop_signals.hpp"
#include "speech/engine.hpp"

namespace app {
namespace {

using base::Result;

struct AddOptions {
    std::filesystem::path folder;
    std::string name;
    std::string family;
    std::vector<std::string> languages;
    std::string licence;
};

struct CheckOptions {
    std::string model;
    bool all_to_output = false;
};

int told(const base::Error& error) {
    print_error(tell(error));
    return exit_code_for(error.code);
}

std::string languages_text(const speech::ModelDescription& model) {
    std::string text;
    for (const std::string& language : model.languages)
        text += (text.empty() ? "" : ",") + language;
    return text.empty() ? "any" : text;
}

std::string listing_text(const std::vector<ModelFolder>& models) {
    std::string text;
    for (const ModelFolder& model : models) {
        text += model.description.name + (model.description.name == default_model ? " (default)" : "") + "  " +
                model.description.family + "  " + languages_text(model.description) + "  " +
                (model.description.licence.empty() ? "licence unknown" : model.description.licence) + "  " +
                model.path.string() + "\n";
    }
    return text;
}

std::string listing_json(const std::vector<ModelFolder>& models) {
    base::JsonWriter json;
    json.begin_object().key("models").begin_array();
    for (const ModelFolder& model : models) {
        json.begin_object().key("name").value(model.description.name).key("family").value(model.description.family);
        json.key("languages").begin_array();
        for (const std::string& language : model.description.languages)
            json.value(language);
        json.end_array().key("license").value(model.description.licence);
        json.key("default").value(model.description.name == default_model);
        json.key("folder").value(model.path.string()).end_object();
    }
    json.end_array().end_object();
    return json.text() + "\n";
}

int list_models(bool as_json) {
    const ModelListing listing = ModelStore::of_this_machine().list();
    for (const base::Error& error : listing.errors)
        print_error(tell(error));
    const auto printed = print_result(as_json ? listing_json(listing.models) : listing_text(listing.models));
    if (!printed) return told(printed.error());
    return listing.errors.empty() ? exit_done : exit_failed;
}

// The whole chain once, on a second of silence: a model that loads but cannot run is found here, not at night.
Result<void> try_model(const ModelFolder& model) {
    const auto recogniser = speech::make_recogniser(model.description, model.path);
    if (!recogniser) return std::unexpected(recogniser.error());
    const std::vector<float> silence(model::sample_rate_hz);
    const auto recognised = (*recogniser)->recognise(silence);
    if (!recognised) return std::unexpected(recognised.error());
    return {};
}

int check_model(const CheckOptions& options) {
    if (options.all_to_output) dup2(STDOUT_FILENO, STDERR_FILENO);
    const auto model = ModelStore::of_this_machine().find(options.model);
    if (!model) return told(model.error());
    const auto tried = try_model(*model);
    if (!tried) return told(tried.error());
    print_note(model->description.name + ": works");
    return exit_done;
}

Result<ModelFolder> add(const AddOptions& options, const std::atomic<bool>& stop) {
    auto languages = split_list(options.languages, "--language");
    if (!languages) return std::unexpected(languages.error());
    const auto description = speech::describe_model_folder(
        options.folder, {options.name, options.family, std::move(*languages), options.licence});
    if (!description) return std::unexpected(description.error());
    const auto try_it = [&](const std::filesystem::path& copy) { return try_in_child(copy, options.folder, stop); };
    return ModelStore::of_this_machine().add(options.folder, *description, try_it, stop);
}

int add_model(const AddOptions& options) {
    const runtime::StopSignals signals;
    const auto added = add(options, signals.requested());
    if (!added) return told(added.error());
    print_note("added " + added->description.name + " (" + added->description.family + ", " +
               languages_text(added->description) + ") in " + added->path.string() +
               "; use it with: video-transcriber transcribe --model " + added->description.name + " FILE");
    return exit_done;
}

void declare_list(CLI::App& models, Action& chosen) {
    const auto json = std::make_shared<bool>(false);
    CLI::App* list = models.add_subcommand("list", "List the models on this machine");
    list->add_flag("--json", *json, "As JSON");
    list->callback([json, &chosen] { chosen = [json] { return list_models(*json); }; });
}

void declare_add(CLI::App& models, Action& chosen) {
    const auto options = std::make_shared<AddOptions>();
    CLI::App* add = models.add_subcommand("add", "Copy a model folder of yours to where transcribe finds it");
    add->add_option("FOLDER", options->folder, "Folder with the model's files (ONNX files and tokens.txt)")->required();
    const CLI::Validator not_empty(refuse_empty, "");
    add->add_option("--name", options->name, "Name to use it by (default: its model.json's, or the folder's)")
        ->check(not_empty);
    add->add_option("--family", options->family, "Kind of model (default: its model.json's, or told from the files)")
        ->check(not_empty);
    add->add_option("--language", options->languages, "Languages it knows, with commas between, as BCP 47 names them")
        ->allow_extra_args(false);
    add->add_option("--license", options->licence, "Licence, for the list")->check(not_empty);
    add->callback([options, &chosen] { chosen = [options] { return add_model(*options); }; });
}

void declare_check(CLI::App& models, Action& chosen) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* check = models.add_subcommand("check", "Load a model and run it once");
    check->add_option("MODEL", options->model, "Name of a model, or the path of its folder")->required();
    check->add_flag("--all-to-output", options->all_to_output)->group("");  // for model_trial.cpp
    check->callback([options, &chosen] { chosen = [options] { return check_model(*options); }; });
}

}  // namespace

void declare_models(CLI::App& command, Action& chosen) {
    command.require_subcommand(1);
    declare_list(command, chosen);
    declare_add(command, chosen);
    declare_check(command, chosen);
}

}  // namespace app
