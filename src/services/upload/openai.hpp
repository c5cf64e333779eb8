// The words of OpenAI's POST /v1/audio/transcriptions (https://platform.openai.com/docs/api-reference/audio): its
// fields and its errors. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/http.hpp"
#include "services/upload/form_sink.hpp"

namespace upload {

enum class AnswerFormat : std::uint8_t { json, text, srt, verbose_json, vtt };

struct TranscriptionRequest {
    std::optional<std::string> model;     // absent: the default one
    std::optional<std::string> language;  // as sent
    AnswerFormat format = AnswerFormat::json;
};

struct OpenAiFault {
    base::Error error;
    std::string parameter;  // the field
};

/// Fields that are known: all of OpenAI's that mean something here, and those that are refused with a reason.
std::set<std::string, std::less<>> openai_fields();

/// `prompt` and `temperature` are checked and change nothing: recognition is deterministic and takes no prompt.
/// Streaming and word timestamps are refused. `default_models`: names that stand for the default model (a last '*': any
/// ending).
std::expected<TranscriptionRequest, OpenAiFault> read_openai(const FormFields& fields,
                                                             const std::vector<std::string>& default_models);

/// {"error": {"message", "type", "param", "code"}} with the status of the code.
runtime::Response openai_refusal(const base::Error& error, std::string_view parameter = {});

/// The `format` of our transcript route for it.
std::string_view transcript_format(AnswerFormat format);
/// The answer from what that route gave. Errors: unavailable when it is not what it should be.
base::Result<runtime::Response> openai_answer(AnswerFormat format, std::string transcript);

}  // namespace upload
