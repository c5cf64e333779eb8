#include "services/upload/openai.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.hpp"

namespace upload {
namespace {

using base::ErrorCode;

struct FormatRow {
    AnswerFormat format;
    std::string_view name;
    std::string_view ours;  // as the transcript route calls it
    std::string_view content_type;
};
constexpr std::array formats{
    FormatRow{AnswerFormat::json, "json", "json", "application/json"},
    FormatRow{AnswerFormat::text, "text", "txt", "text/plain; charset=utf-8"},
    FormatRow{AnswerFormat::srt, "srt", "srt", "text/plain; charset=utf-8"},
    FormatRow{AnswerFormat::verbose_json, "verbose_json", "json", "application/json"},
    FormatRow{AnswerFormat::vtt, "vtt", "vtt", "text/plain; charset=utf-8"},
};

const FormatRow& row_of(AnswerFormat format) {
    return *std::ranges::find(formats, format, &FormatRow::format);
}

std::unexpected<OpenAiFault> fault(std::string parameter, std::string message) {
    return std::unexpected(OpenAiFault{{ErrorCode::invalid_argument, std::move(message)}, std::move(parameter)});
}

bool stands_for(std::string_view pattern, std::string_view name) {
    if (!pattern.ends_with('*')) return pattern == name;
    return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool is_temperature(std::string_view text) {
    double number = -1;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() && number >= 0 && number <= 1;
}

using Check = std::expected<void, OpenAiFault>;

Check check_granularities(const FormFields& fields, AnswerFormat format) {
    for (const auto& [name, value] : fields) {
        if (name != "timestamp_granularities[]") continue;
        if (format != AnswerFormat::verbose_json)
            return fault(name, "timestamp_granularities needs response_format verbose_json");
        if (value != "segment" && value != "word") return fault(name, "timestamp_granularities takes segment and word");
    }
    return {};
}

Check check_others(const FormFields& fields) {
    if (const auto stream = first_field(fields, "stream"); stream && *stream != "false" && *stream != "False")
        return fault("stream", "streaming is not available here; leave stream away");
    if (const auto temperature = first_field(fields, "temperature"); temperature && !is_temperature(*temperature))
        return fault("temperature", "temperature must be a number from 0 to 1");
    return {};
}

}  // namespace

std::set<std::string, std::less<>> openai_fields() {
    return {"model", "language", "prompt", "response_format", "temperature", "timestamp_granularities[]", "stream"};
}

std::expected<TranscriptionRequest, OpenAiFault> read_openai(const FormFields& fields,
                                                             const std::vector<std::string>& default_models) {
    TranscriptionRequest request;
    const auto model = first_field(fields, "model");
    if (!model || model->empty()) return fault("model", "you must provide a model");
    const auto stands = [&](const std::string& pattern) { return stands_for(pattern, *model); };
    if (std::ranges::none_of(default_models, stands)) request.model = *model;
    request.language = first_field(fields, "language");
    if (request.language == "") request.language.reset();
    const std::string name = first_field(fields, "response_format").value_or("json");
    const auto* const format = std::ranges::find(formats, name, &FormatRow::name);
    if (format == formats.end())
        return fault("response_format", "response_format must be json, text, srt, verbose_json or vtt");
    request.format = format->format;
    if (auto good = check_granularities(fields, request.format); !good) return std::unexpected(good.error());
    if (auto good = check_others(fields); !good) return std::unexpected(good.error());
    return request;
}

runtime::Response openai_refusal(const base::Error& error, std::string_view parameter) {
    const base::ErrorKind& kind = base::describe(error.code);
    const bool theirs = kind.http_status >= 500;
    const bool told = error.code != ErrorCode::internal;
    const base::JsonObject fields{
        {"message", told ? std::string_view(error.message) : kind.title},
        {"type", theirs ? "server_error" : "invalid_request_error"},
        {"param", parameter.empty() ? base::Json() : base::Json(parameter)},
        {"code", kind.name},
    };
    auto response = runtime::bytes_response(kind.http_status, "application/json",
                                            base::to_canonical_json(base::JsonObject{{"error", fields}}));
    if (kind.http_status == 503) response.headers.set("Retry-After", "1");
    response.fault = error;
    return response;
}

std::string_view transcript_format(AnswerFormat format) {
    return row_of(format).ours;
}

base::Result<runtime::Response> openai_answer(AnswerFormat format, std::string transcript) {
    const FormatRow& row = row_of(format);
    if (format != AnswerFormat::json) return runtime::bytes_response(200, row.content_type, std::move(transcript));
    constexpr base::JsonLimits limits{.size_bytes = std::size_t{64} << 20U};
    const auto whole = base::parse_json(transcript, limits);
    const base::Json* text = whole ? whole->member("text") : nullptr;
    if (text == nullptr || text->text() == nullptr)
        return base::fail(ErrorCode::unavailable, "the transcript came without its text; try again");
    return runtime::bytes_response(200, row.content_type, base::to_canonical_json(base::JsonObject{{"text", *text}}));
}

}  // namespace upload
