// A form with one file, "file", as the body of a request: reads it as it comes and hands the parts to the route.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/upload/begin.hpp"
#include "services/upload/multipart.hpp"

namespace upload {

using FormFields = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string> first_field(const FormFields& fields, std::string_view name);

struct FormFile {
    std::string name;
    std::string media_type;
};

/// What a route does with its form. The functions are called in this order, `file` and `whole` once each.
struct FormRoute {
    std::set<std::string, std::less<>> fields;  // that are known; one that ends in "[]" may come several times
    bool fields_after_file = false;             // whether they may
    /// The file begins, after the fields so far; an answer ends the request with it.
    std::function<base::Result<std::variant<std::unique_ptr<OneShot>, runtime::Response>>(const FormFields&,
                                                                                          const FormFile&)>
        file;
    /// Everything is there.
    std::function<base::Result<runtime::Response>(const FormFields&, OneShot&)> whole;
    /// How a fault is told; `field` is the one it is about, if any.
    std::function<runtime::Response(const base::Error&, std::string_view field)> refuse;
};

/// Errors: content_type_refused, request_malformed (the boundary).
base::Result<std::unique_ptr<runtime::BodySink>> open_form(const runtime::Request& request, FormRoute route);

}  // namespace upload
