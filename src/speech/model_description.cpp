#include "speech/model_description.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/json_writer.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"
#include "speech/families.hpp"

namespace speech {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_limit = 8;
constexpr std::size_t name_limit = 64;
constexpr std::size_t path_limit = 512;
constexpr std::size_t languages_limit = 256;
constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

// The first fault found; reading goes on with empty values so that the code stays flat.
class Faults {
  public:
    void add(std::string fault) {
        if (first_.empty()) first_ = std::move(fault);
    }
    [[nodiscard]] const std::string& first() const { return first_; }

  private:
    std::string first_;
};

bool only(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [&](char c) { return letters_and_digits.contains(c) || more.contains(c); });
}

std::string shown(std::string_view text) {
    return "\"" + base::printable(text, 60) + "\"";
}

std::string read_text(const json::object& object, const char* key, bool required, Faults& faults) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr && !required) return {};
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    faults.add("\"" + std::string(key) + "\" must be a text");
    return {};
}

std::vector<std::string> read_languages(const json::object& object, Faults& faults) {
    const json::value* value = object.if_contains("languages");
    if (value == nullptr) return {};
    if (!value->is_array() || value->get_array().size() > languages_limit) {
        faults.add("\"languages\" must be a list of language tags");
        return {};
    }
    std::vector<std::string> languages;
    for (const json::value& item : value->get_array()) {
        const bool is_tag = item.is_string() && item.get_string().size() >= 2 && item.get_string().size() <= 16 &&
                            only(item.get_string(), "-");
        if (!is_tag) faults.add("\"languages\" must hold tags such as \"en\"");
        languages.push_back(is_tag ? std::string(item.get_string()) : std::string());
    }
    return languages;
}

bool is_inside(const std::filesystem::path& path) {
    if (path.empty() || path.is_absolute()) return false;
    return std::ranges::none_of(path, [](const auto& part) { return part == ".." || part == "." || part.empty(); });
}

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

ModelFile read_file_entry(std::string_view role, const json::value& value, Faults& faults) {
    if (!value.is_object()) {
        faults.add("the file " + shown(role) + " must be an object with path and sha256");
        return {};
    }
    const std::string path = read_text(value.get_object(), "path", true, faults);
    ModelFile file{path, read_text(value.get_object(), "sha256", true, faults)};
    const bool is_text =
        path.size() <= path_limit && std::ranges::none_of(path, [](unsigned char c) { return c < 32; });
    if (!is_text || !is_inside(file.path))
        faults.add("the path " + shown(path) + " must stay inside the model's folder");
    if (!is_sha256(file.sha256))
        faults.add("the sha256 of " + shown(role) + " must be 64 lower-case hexadecimal digits");
    return file;
}

void check_roles(const ModelDescription& description, const ModelFamily& family, Faults& faults) {
    for (const ModelRole& role : family.roles) {
        if (role.required && !description.files.contains(std::string(role.name))) {
            faults.add("the file " + shown(role.name) + " is missing");
        }
    }
    for (const auto& [name, file] : description.files) {
        if (std::ranges::none_of(family.roles, [&](const ModelRole& role) { return role.name == name; })) {
            faults.add("the family " + description.family + " has no file " + shown(name));
        }
    }
}

void read_files(const json::object& object, ModelDescription& description, Faults& faults) {
    const json::value* files = object.if_contains("files");
    const ModelFamily* family = find_model_family(description.family);
    if (family == nullptr) return faults.add("the family " + shown(description.family) + " is not known");
    if (files == nullptr || !files->is_object()) return faults.add("\"files\" must be an object");
    for (const auto& [role, value] : files->get_object()) {
        description.files.emplace(role, read_file_entry(role, value, faults));
    }
    check_roles(description, *family, faults);
}

std::unexpected<base::Error> broken(const std::string& origin, const std::string& fault) {
    return base::fail(base::ErrorCode::model_broken,
                      origin + ": " + fault + "; install the model again, or describe it with models add");
}

}  // namespace

std::string files_fingerprint(const ModelDescription& description) {
    constexpr std::size_t digits_shown = 8;
    base::Sha256 hash;
    for (const auto& [role, file] : description.files) {
        const std::string line = role + " " + file.sha256 + "\n";
        hash.update(std::as_bytes(std::span(line)));
    }
    return hash.finish_hex().substr(0, digits_shown);
}

bool is_model_name(std::string_view name) {
    return !name.empty() && name.size() <= name_limit && name.front() != '.' && name.front() != '-' &&
           only(name, ".-_") && name != voice_activity_name && name != speaker_encoder_name;
}

base::Result<ModelDescription> parse_model_description(std::string_view text, const std::string& origin) {
    if (text.size() > largest_description_bytes) return broken(origin, "it is larger than a model.json can be");
    json::parse_options options;
    options.max_depth = depth_limit;
    boost::system::error_code error;
    const json::value root = json::parse(text, error, {}, options);
    if (error || !root.is_object()) return broken(origin, "it is not a JSON object");
    const json::object& object = root.get_object();
    Faults faults;
    ModelDescription description;
    description.name = read_text(object, "name", true, faults);
    if (!is_model_name(description.name)) faults.add("the name " + shown(description.name) + " is not usable");
    description.family = read_text(object, "family", true, faults);
    description.licence = base::valid_utf8(read_text(object, "license", false, faults));
    description.languages = read_languages(object, faults);
    read_files(object, description, faults);
    if (!faults.first().empty()) return broken(origin, faults.first());
    return description;
}

std::string to_json(const ModelDescription& description) {
    base::JsonWriter json;
    json.begin_object();
    json.key("name").value(description.name).key("family").value(description.family);
    json.key("languages").begin_array();
    for (const std::string& language : description.languages)
        json.value(language);
    json.end_array().key("license").value(description.licence).key("files").begin_object();
    for (const auto& [role, file] : description.files) {
        json.key(role).begin_object();
        json.key("path").value(file.path.generic_string()).key("sha256").value(file.sha256).end_object();
    }
    json.end_object().end_object();
    return json.text() + "\n";
}

}  // namespace speech
