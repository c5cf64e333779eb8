// `video-transcriber models list|add|check`.
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/model_store.hpp"
#include "base/json_writer.hpp"
#include "model/audio.hpp"
#include "runtime/files.hpp"
#include "runtime/process.hpp"
#include "speech/sherpa_recogniser.hpp"

namespace app {
namespace {

using base::ErrorCode;
using base::Result;

struct AddOptions {
    std::filesystem::path folder;
    std::string name;
    std::string family;
    std::vector<std::string> languages;
    std::string licence;
};

int told(const base::Error& error) {
    print_error(tell(error));
    return exit_failed;
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
    const auto recogniser = speech::make_sherpa_recogniser(model.description, model.path);
    if (!recogniser) return std::unexpected(recogniser.error());
    const std::vector<float> silence(model::sample_rate_hz);
    const auto recognised = (*recogniser)->recognise(silence);
    if (!recognised) return std::unexpected(recognised.error());
    return {};
}

int check_model(const std::string& name) {
    const auto model = ModelStore::of_this_machine().find(name);
    if (!model) return told(model.error());
    const auto tried = try_model(*model);
    if (!tried) return told(tried.error());
    print_note(model->description.name + ": works");
    return exit_done;
}

// The engine's library may end the process on a model it does not understand: another process takes that blow.
Result<void> try_in_child(const std::filesystem::path& folder) {
    auto child = runtime::Process::start(
        {runtime::program_folder() / "video-transcriber", {"models", "check", folder.string()}});
    if (!child) return std::unexpected(child.error());
    const runtime::ProcessExit end = child->wait();
    if (!end.signalled && end.code == 0) return {};
    return base::fail(ErrorCode::model_broken,
                      folder.string() +
                          ": the engine cannot run this model (its own words are above); check the family and "
                          "the files, nothing was added");
}

Result<ModelFolder> add(const AddOptions& options) {
    const std::string folder_name = std::filesystem::absolute(options.folder / "").parent_path().filename().string();
    const std::string name = options.name.empty() ? folder_name : options.name;
    const auto description =
        speech::describe_model_folder(options.folder, {name, options.family, options.languages, options.licence});
    if (!description) return std::unexpected(description.error());
    const ModelStore store = ModelStore::of_this_machine();
    return store.add(options.folder, *description, try_in_child);
}

int add_model(const AddOptions& options) {
    const auto added = add(options);
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
    add->add_option("--name", options->name, "Name to use it by (default: the folder's)");
    add->add_option("--family", options->family, "Kind of model (default: told from the files' names)");
    add->add_option("--language", options->languages, "Languages it knows, with commas between, as BCP 47 names them")
        ->delimiter(',')
        ->allow_extra_args(false);
    add->add_option("--license", options->licence, "Licence, for the list");
    add->callback([options, &chosen] { chosen = [options] { return add_model(*options); }; });
}

void declare_check(CLI::App& models, Action& chosen) {
    const auto name = std::make_shared<std::string>();
    CLI::App* check = models.add_subcommand("check", "Load a model and run it once");
    check->add_option("MODEL", *name, "Name of a model, or the path of its folder")->required();
    check->callback([name, &chosen] { chosen = [name] { return check_model(*name); }; });
}

}  // namespace

void declare_models(CLI::App& command, Action& chosen) {
    command.require_subcommand(1);
    declare_list(command, chosen);
    declare_add(command, chosen);
    declare_check(command, chosen);
}

}  // namespace app
