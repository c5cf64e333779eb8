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
    ErrorKind{request_malformed, "request_malformed", 400, false, "The request cannot be read"},
    ErrorKind{unauthenticated, "unauthenticated", 401, false, "The request does not say who sends it"},
    ErrorKind{forbidden, "forbidden", 403, false, "This caller may not do that"},
    ErrorKind{not_found, "not_found", 404, false, "There is nothing of that name"},
    ErrorKind{method_not_allowed, "method_not_allowed", 405, false, "The method does not apply here"},
    ErrorKind{upgrade_required, "upgrade_required", 426, false, "The path speaks another protocol"},
    ErrorKind{request_timed_out, "request_timed_out", 408, true, "The request came too slowly"},
    ErrorKind{body_too_large, "body_too_large", 413, false, "The body is larger than the limit"},
    ErrorKind{header_too_large, "header_too_large", 431, false, "The header is larger than the limit"},
    ErrorKind{overloaded, "overloaded", 503, true, "The service has too much to do"},
    ErrorKind{unavailable, "unavailable", 503, true, "The service cannot be reached"},
    ErrorKind{deadline_exceeded, "deadline_exceeded", 504, true, "The answer did not come in time"},
    ErrorKind{address_refused, "address_refused", 422, false, "The address is not one to send to"},
    ErrorKind{configuration_invalid, "configuration_invalid", 500, false, "The configuration is wrong"},
    ErrorKind{json_malformed, "json_malformed", 400, false, "The JSON cannot be read"},
    ErrorKind{unknown_field, "unknown_field", 400, false, "There is no field of that name"},
    ErrorKind{conflict, "conflict", 409, false, "The state does not allow that"},
    ErrorKind{precondition_failed, "precondition_failed", 412, false, "It has changed in the meantime"},
    ErrorKind{precondition_required, "precondition_required", 428, false,
              "The request must say which version it means"},
    ErrorKind{idempotency_in_progress, "idempotency_in_progress", 409, true,
              "The first request with this key still runs"},
    ErrorKind{idempotency_mismatch, "idempotency_mismatch", 422, false, "This key was used for another request"},
    ErrorKind{rate_limited, "rate_limited", 429, true, "Too many requests"},
    ErrorKind{quota_exceeded, "quota_exceeded", 429, true, "The quota is used up"},
    ErrorKind{lease_lost, "lease_lost", 409, false, "Another instance has taken over the work"},
    ErrorKind{tenant_suspended, "tenant_suspended", 403, false, "The tenant is suspended"},
    ErrorKind{tenant_moved, "tenant_moved", 421, true, "The tenant lives elsewhere now"},
    ErrorKind{database_busy, "database_busy", 503, true, "The database is locked by others"},
    ErrorKind{database_corrupt, "database_corrupt", 500, false, "The database is damaged"},
    ErrorKind{database_newer, "database_newer", 500, false, "The database is of a newer version"},
    ErrorKind{database_outdated, "database_outdated", 500, false, "The database waits for its migration"},
    ErrorKind{database_failed, "database_failed", 503, true, "The database does not answer"},
    ErrorKind{blob_not_found, "blob_not_found", 404, false, "The blob does not exist"},
    ErrorKind{blob_exists, "blob_exists", 409, false, "A blob of that key is there already"},
    ErrorKind{blob_corrupt, "blob_corrupt", 500, false, "The blob is damaged"},
    ErrorKind{blob_incomplete, "blob_incomplete", 409, false, "The upload lacks parts"},
    ErrorKind{blob_busy, "blob_busy", 409, true, "Another process writes to this upload"},
    ErrorKind{blob_range_invalid, "blob_range_invalid", 416, false, "The range lies outside the blob"},
    ErrorKind{blob_failed, "blob_failed", 503, true, "The blob storage does not answer"},
    ErrorKind{content_type_refused, "content_type_refused", 415, false, "The content type is not taken here"},
    ErrorKind{checksum_mismatch, "checksum_mismatch", 460, true, "The bytes are not those of the checksum"},
    ErrorKind{upload_gone, "upload_gone", 410, false, "The upload has ended"},
    ErrorKind{bus_claim_lost, "bus_claim_lost", 409, true, "Another consumer has taken the partition"},
    ErrorKind{bus_corrupt, "bus_corrupt", 500, false, "The event bus is damaged"},
    ErrorKind{bus_failed, "bus_failed", 503, true, "The event bus does not answer"},
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
    if (error_number == EFBIG) message += "; raise the limit on the size of files (ulimit -f)";
    return fail(full ? disk_full : code, std::move(message));
}

}  // namespace base
