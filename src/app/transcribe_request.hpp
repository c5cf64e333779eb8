// What `transcribe` was asked for, and whether it can be done: everything that is known to be wrong before any file is
// decoded.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "app/inputs.hpp"
#include "app/transcribe_file.hpp"
#include "base/error.hpp"
#include "speech/language.hpp"
#include "speech/model_description.hpp"

namespace app {

/// As the command line says it.
struct TranscribeOptions {
    std::vector<std::string> files;
    std::vector<std::string> formats{"txt"};
    std::string output;
    std::string language;
    bool channels_apart = false;
    std::string model;
    std::string vocabulary;  // a file of phrases; - is standard input
    std::string provider = "cpu";
    std::size_t threads = 0;
    std::string subtitle_rules = "netflix-en";
    std::string subtitle_settings;
    std::string speakers;  // of model/speakers.hpp
    bool strict = false;
    formats::Wording wording = {};
    bool json = false;
    bool quiet = false;
};

struct Request {
    InputList inputs;
    OutputPlan plan;
    speech::ChosenLanguage language;
    std::size_t threads = 1;
    std::vector<std::string> phrases = {};  // to listen for
};

/// Reads folders and looks at files, writes nothing. Errors: unknown_format, language_unsupported, output_failed (the
/// folder of the outputs), file_not_found and the like (the vocabulary), invalid_argument (the value of an option,
/// standard input twice, an output that would be written over an input of the batch).
base::Result<Request> check(const TranscribeOptions& options, const speech::ModelDescription& model);

}  // namespace app
