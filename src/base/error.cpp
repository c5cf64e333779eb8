#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace base {
namespace {

using enum ErrorCode;

constexpr std::array catalogue{
    ErrorKind{invalid_argument, "invalid_argument", 400, false, "An argument is wrong"},
    ErrorKind{unknown_format, "unknown_format", 400, false, "The format is not known"},
    ErrorKind{language_unsupported, "language_unsupported", 422, false, "The model does not know the language"},
    ErrorKind{subtitle_rules_broken, "subtitle_rules_broken", 422, false, "The subtitles break the chosen rules"},
    ErrorKind{file_not_found, "file_not_found", 404, false, "The file does not exist"},
    ErrorKind{file_unreadable, "file_unreadable", 422, false, "The file cannot be read"},
    ErrorKind{file_empty, "file_empty", 422, false, "The file is empty"},
    ErrorKind{media_unrecognised, "media_unrecognised", 415, false, "The file is not media that can be read"},
    ErrorKind{media_refused, "media_refused", 415, false, "The file is of a kind that is refused"},
    ErrorKind{media_no_audio, "media_no_audio", 422, false, "The media has no audio track"},
    ErrorKind{media_corrupt, "media_corrupt", 422, false, "The media is corrupt"},
    ErrorKind{media_truncated, "media_truncated", 422, false, "The media ends before its time"},
    ErrorKind{media_too_long, "media_too_long", 413, false, "The media is longer than the limit"},
    ErrorKind{decoder_missing, "decoder_missing", 500, false, "The media decoder is not installed"},
    ErrorKind{decoder_crashed, "decoder_crashed", 422, false, "The media decoder crashed on this file"},
    ErrorKind{decoder_forbidden, "decoder_forbidden", 422, false, "The media decoder tried something forbidden"},
    ErrorKind{decoder_out_of_memory, "decoder_out_of_memory", 422, false, "The media needs more memory than allowed"},
    ErrorKind{decoder_out_of_time, "decoder_out_of_time", 422, false, "The media needs more time than allowed"},
    ErrorKind{model_not_found, "model_not_found", 404, false, "The model is not installed"},
    ErrorKind{model_broken, "model_broken", 500, false, "The model cannot be used"},
    ErrorKind{model_exists, "model_exists", 409, false, "A model of that name is there already"},
    ErrorKind{disk_full, "disk_full", 507, true, "The disk is full"},
    ErrorKind{output_failed, "output_failed", 500, true, "The output cannot be written"},
    ErrorKind{cancelled, "cancelled", 409, true, "The work was cancelled"},
    ErrorKind{internal, "internal", 500, true, "An internal fault"},
};

static_assert(catalogue.size() == std::to_underlying(internal) + 1U, "every code has one row");

consteval bool rows_follow_the_enum() {
    for (std::size_t row = 0; row < catalogue.size(); ++row) {
        if (std::to_underlying(catalogue[row].code) != row) return false;
    }
    return true;
}
static_assert(rows_follow_the_enum());

}  // namespace

std::span<const ErrorKind> error_catalogue() {
    return catalogue;
}

const ErrorKind& describe(ErrorCode code) {
    return catalogue.at(std::to_underlying(code));
}

std::string_view code_name(ErrorCode code) {
    return describe(code).name;
}

std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

std::unexpected<Error> fail_errno(ErrorCode code, std::string_view what, int error_number) {
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    std::string message{what};
    message += ": " + std::generic_category().message(error_number);
    if (full) message += "; free some space and run it again";
    return fail(full ? disk_full : code, std::move(message));
}

}  // namespace base
