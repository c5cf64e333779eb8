// The one closed set of error codes of the project, and the Result that carries them.
//
// Every fault that a user, a client or an operator can meet is one of these codes. A code's text (`code_name`) is
// stable: scripts and clients match on it. The message says what was wrong, where, and what to do; it never holds
// secrets. Pure; any thread.
#pragma once
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace base {

enum class ErrorCode : std::uint8_t {
    // What the caller asked for
    invalid_argument,
    unknown_format,
    language_unsupported,
    subtitle_rules_broken,
    // The file
    file_not_found,
    file_unreadable,
    file_empty,
    // What is in it
    media_unrecognised,
    media_refused,
    media_no_audio,
    media_corrupt,
    media_truncated,
    media_too_long,
    // The sandboxed decoder
    decoder_missing,
    decoder_crashed,
    decoder_forbidden,
    decoder_out_of_memory,
    decoder_out_of_time,
    // The models
    model_not_found,
    model_broken,
    model_exists,
    // A request and its peer
    request_malformed,
    unauthenticated,
    forbidden,
    not_found,
    method_not_allowed,
    upgrade_required,
    request_timed_out,
    body_too_large,
    header_too_large,
    overloaded,
    unavailable,
    deadline_exceeded,
    address_refused,
    // The configuration
    configuration_invalid,
    // The platform's state
    json_malformed,
    unknown_field,
    conflict,
    precondition_failed,
    precondition_required,
    idempotency_in_progress,
    idempotency_mismatch,
    rate_limited,
    quota_exceeded,
    lease_lost,
    tenant_suspended,
    tenant_moved,
    database_busy,
    database_corrupt,
    database_newer,
    database_outdated,
    database_failed,
    // Blobs
    blob_not_found,
    blob_exists,
    blob_corrupt,
    blob_incomplete,
    blob_busy,
    blob_range_invalid,
    blob_failed,
    // Uploads
    content_type_refused,
    checksum_mismatch,
    upload_gone,
    // The event bus
    bus_claim_lost,
    bus_corrupt,
    bus_failed,
    // The machine
    disk_full,
    output_failed,
    cancelled,
    internal,
};

struct ErrorKind {
    ErrorCode code;
    std::string_view name;   // stable, snake_case
    int http_status;         // what the API answers
    bool retryable;          // whether the same request can succeed later, unchanged
    std::string_view title;  // one line for people, without the particulars
};

struct Error {
    ErrorCode code;
    std::string message;  // what, where, what to do; one line
};

template <class T>
using Result = std::expected<T, Error>;

/// Every code, in the order of the enum: the catalogue that documentation and tests walk.
std::span<const ErrorKind> error_catalogue();

/// The row of one code.
const ErrorKind& describe(ErrorCode code);

/// The stable text of a code, such as "media_no_audio".
std::string_view code_name(ErrorCode code);

/// Shorthand for returning a failure from a function that returns Result.
std::unexpected<Error> fail(ErrorCode code, std::string message);

/// A failure that came from the operating system: "WHAT: reason (errno)", ENOSPC and EDQUOT always as disk_full.
std::unexpected<Error> fail_errno(ErrorCode code, std::string_view what, int error_number);

}  // namespace base
