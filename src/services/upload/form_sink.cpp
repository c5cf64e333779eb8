#include "services/upload/form_sink.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using runtime::Response;

class FormSink final : public runtime::BodySink, private FormVisitor {
  public:
    FormSink(std::string_view boundary, FormRoute route) : route_(std::move(route)), reader_(boundary, *this) {}

    std::optional<Response> write(std::span<const std::byte> chunk) override {
        const auto read = reader_.put({reinterpret_cast<const char*>(chunk.data()), chunk.size()});
        if (answer_) return std::move(answer_);
        if (!read) return route_.refuse(read.error(), faulty_field_);
        return std::nullopt;
    }

    Response finish() override {
        auto response = take_all();
        return response ? *std::move(response) : route_.refuse(response.error(), faulty_field_);
    }

  private:
    Result<Response> take_all() {
        if (auto whole = reader_.finish(); !whole) return pass_on(whole);
        if (!file_) {
            faulty_field_ = "file";
            return fail(ErrorCode::invalid_argument, "the form has no file \"file\"");
        }
        return route_.whole(fields_, *file_);
    }

    Result<void> field(const std::string& name, const std::string& value) override {
        faulty_field_ = base::printable(name, 40);
        const std::string said = "the field \"" + faulty_field_ + "\" ";
        if (name == "file") return fail(ErrorCode::invalid_argument, "\"file\" must be a file, with a file name");
        if (!route_.fields.contains(name)) return fail(ErrorCode::unknown_field, said + "is not known");
        if (file_ && !route_.fields_after_file)
            return fail(ErrorCode::invalid_argument, said + "must come before the file");
        if (!name.ends_with("[]") && first_field(fields_, name))
            return fail(ErrorCode::invalid_argument, said + "is there twice");
        fields_.emplace_back(name, value);
        faulty_field_.clear();
        return {};
    }

    Result<void> file_begin(const std::string& name, const std::string& file_name,
                            const std::string& media_type) override {
        if (name != "file" || file_) {
            faulty_field_ = base::printable(name, 40);
            return fail(ErrorCode::unknown_field, "the form takes one file, and its name is \"file\"");
        }
        auto begun = route_.file(fields_, {file_name, media_type});
        if (!begun) return pass_on(begun);
        if (auto* answer = std::get_if<Response>(&*begun)) {
            answer_ = std::move(*answer);
            return fail(ErrorCode::cancelled, "the request was answered before");
        }
        file_ = std::move(std::get<std::unique_ptr<OneShot>>(*begun));
        return {};
    }

    Result<void> file_bytes(std::string_view bytes) override { return file_->write(std::as_bytes(std::span(bytes))); }
    Result<void> file_end() override { return {}; }

    FormRoute route_;
    FormFields fields_;
    std::unique_ptr<OneShot> file_;
    std::optional<Response> answer_;
    std::string faulty_field_;
    MultipartReader reader_;
};

}  // namespace

std::optional<std::string> first_field(const FormFields& fields, std::string_view name) {
    const auto found = std::ranges::find(fields, name, &FormFields::value_type::first);
    return found == fields.end() ? std::nullopt : std::optional(found->second);
}

Result<std::unique_ptr<runtime::BodySink>> open_form(const runtime::Request& request, FormRoute route) {
    const auto boundary = parse_boundary(request.headers.find("Content-Type").value_or(""));
    if (!boundary) return pass_on(boundary);
    return std::make_unique<FormSink>(*boundary, std::move(route));
}

}  // namespace upload
