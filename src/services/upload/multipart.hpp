// multipart/form-data (RFC 7578 over RFC 2046, 5.1) as it arrives: a machine without I/O that holds at most a header, a
// field and a delimiter, whatever the size of the files. One thread at a time.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace upload {

/// What the parts of a form mean to somebody. A fault ends the reading with it.
class FormVisitor {
  public:
    virtual ~FormVisitor() = default;
    /// A part without a file name, whole.
    virtual base::Result<void> field(const std::string& name, const std::string& value) = 0;
    /// A part with a file name begins; its bytes follow, in any pieces.
    virtual base::Result<void> file_begin(const std::string& name, const std::string& file_name,
                                          const std::string& media_type) = 0;
    virtual base::Result<void> file_bytes(std::string_view bytes) = 0;
    virtual base::Result<void> file_end() = 0;
};

struct MultipartLimits {
    std::size_t parts = 32;
    std::size_t header_bytes = 4096;  // of one part
    std::size_t field_bytes = std::size_t{64} * 1024;
    std::size_t preamble_bytes = 1024;
};

class MultipartReader {
  public:
    /// The visitor must outlive it.
    MultipartReader(std::string_view boundary, FormVisitor& visitor, const MultipartLimits& limits = {});

    /// The next bytes, in pieces of any size: what the visitor sees depends on the content only. After an error it must
    /// not be called any more. Errors: request_malformed; those of the visitor.
    base::Result<void> put(std::string_view bytes);
    /// The body has ended. Errors: request_malformed when the closing delimiter is missing.
    base::Result<void> finish() const;

  private:
    enum class Place { preamble, delimiter, header, field, file, epilogue };
    base::Result<bool> step();
    base::Result<bool> read_content();
    base::Result<bool> read_delimiter();
    base::Result<bool> read_header();
    base::Result<void> take_header(std::string_view header);
    base::Result<void> take_content(std::string_view content);
    base::Result<void> end_content();

    std::string delimiter_;
    FormVisitor& visitor_;
    MultipartLimits limits_;
    std::string pending_ = "\r\n";  // so that a delimiter at the very beginning is like any other
    Place place_ = Place::preamble;
    std::size_t parts_ = 0;
    std::size_t preamble_bytes_ = 0;
    std::string name_;
    std::string value_;
};

/// The boundary of a Content-Type. Errors: content_type_refused for another type; request_malformed without a boundary
/// of 1 to 70 characters.
base::Result<std::string> parse_boundary(std::string_view content_type);

}  // namespace upload
