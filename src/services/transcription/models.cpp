#include "services/transcription/models.hpp"

#include <algorithm>
#include <utility>

#include "speech/cutter.hpp"

namespace transcription {
namespace {

using base::ErrorCode;

base::Result<LoadedEngine> load(const Engines& engines, const std::string& name) {
    auto engine = engines.load(name);
    if (!engine) return std::unexpected(std::move(engine.error()));
    std::string fingerprint = speech::engine_fingerprint(*engine->recogniser, *engine->voice_activity);
    std::string with_speakers =
        engine->speaker_model == nullptr
            ? ""
            : speech::engine_fingerprint(*engine->recogniser, *engine->voice_activity, engine->speaker_model.get());
    return LoadedEngine{*std::move(engine), std::move(fingerprint), std::move(with_speakers)};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

Models::Models(const Engines& engines, const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const bool twice = std::ranges::any_of(served_, [&](const Served& served) { return served.name == name; });
        if (!twice) served_.push_back({name, load(engines, name)});
    }
}

base::Result<LoadedEngine> Models::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(served_, [&](const Served& served) { return name.empty() || served.name == name; });
    if (found == served_.end()) {
        return base::fail(ErrorCode::model_not_found,
                          "the model " + std::string(name) + " is not served here; there are: " + names());
    }
    if (found->engine) return *found->engine;
    const base::Error& error = found->engine.error();
    return base::fail(ErrorCode::unavailable, "the model " + found->name + " could not be loaded (" +
                                                  std::string(base::code_name(error.code)) + "): " + error.message);
}

base::Result<void> Models::ready() const {
    for (const Served& served : served_) {
        if (!served.engine) return std::unexpected(served.engine.error());
    }
    return {};
}

std::string Models::names() const {
    std::vector<std::string> names;
    for (const Served& served : served_)
        names.push_back(served.name);
    return joined(names);
}

}  // namespace transcription
