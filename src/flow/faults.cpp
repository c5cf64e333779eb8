#include "flow/faults.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace flow {
namespace {

using base::ErrorCode;

constexpr std::size_t longest_message_bytes = 1000;

}  // namespace

bool is_storage_fault(ErrorCode code) {
    return code == ErrorCode::database_busy || code == ErrorCode::database_failed || code == ErrorCode::disk_full ||
           code == ErrorCode::bus_failed;
}

bool is_tenant_fault(ErrorCode code) {
    return code == ErrorCode::tenant_suspended || code == ErrorCode::tenant_moved || code == ErrorCode::not_found ||
           code == ErrorCode::invalid_argument;
}

std::string to_text(const base::Error& error) {
    return std::string(base::code_name(error.code)) + ": " +
           base::valid_utf8(error.message.substr(0, longest_message_bytes));
}

base::Error parse_fault(std::string_view text) {
    const std::size_t end = text.find(": ");
    const auto catalogue = base::error_catalogue();
    const auto kind = std::ranges::find(catalogue, text.substr(0, end), &base::ErrorKind::name);
    if (end == std::string_view::npos || kind == catalogue.end()) return {ErrorCode::internal, std::string(text)};
    return {kind->code, std::string(text.substr(end + 2))};
}

}  // namespace flow
