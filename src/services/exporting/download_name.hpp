// How a download is called. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

namespace exporting {

/// The value of Content-Disposition (RFC 6266) for a title that people gave: a plain ASCII name for old clients, and
/// the title itself as UTF-8 (RFC 8187, which replaces RFC 5987). What file systems and shells mind becomes '_'; a
/// title with nothing left is "transcript".
std::string content_disposition(std::string_view title, std::string_view extension);

}  // namespace exporting
