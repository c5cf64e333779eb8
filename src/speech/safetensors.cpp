#include "speech/safetensors.hpp"

#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include <boost/json.hpp>

namespace speech {
namespace {

namespace json = boost::json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t header_limit_bytes = 1 << 20U;
constexpr std::size_t depth_limit = 4;
static_assert(std::endian::native == std::endian::little, "tensors are copied as they stand");

std::unexpected<base::Error> broken(const std::string& name, const std::string& what) {
    return base::fail(base::ErrorCode::model_broken, name + " is not a usable safetensors file: " + what +
                                                         "; fetch the model again with scripts/setup");
}

std::optional<std::string_view> header_text(std::string_view bytes) {
    if (bytes.size() < length_bytes) return std::nullopt;
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), length_bytes);
    if (length > header_limit_bytes || length > bytes.size() - length_bytes) return std::nullopt;
    return bytes.substr(length_bytes, static_cast<std::size_t>(length));
}

std::optional<std::vector<std::size_t>> read_sizes(const json::object& tensor, const char* key) {
    const json::value* list = tensor.if_contains(key);
    if (list == nullptr || !list->is_array()) return std::nullopt;
    std::vector<std::size_t> sizes;
    for (const json::value& item : list->get_array()) {
        if (!item.is_int64() || item.get_int64() < 0) return std::nullopt;
        sizes.push_back(static_cast<std::size_t>(item.get_int64()));
    }
    return sizes;
}

bool fits(const std::vector<std::size_t>& shape, std::size_t size_bytes) {
    std::size_t product = sizeof(float);
    for (const std::size_t extent : shape) {
        if (__builtin_mul_overflow(product, extent, &product)) return false;
    }
    return product == size_bytes;
}

std::optional<Tensor> read_tensor(const json::value& description, std::string_view data) {
    if (!description.is_object()) return std::nullopt;
    const json::object& tensor = description.get_object();
    const json::value* type = tensor.if_contains("dtype");
    auto shape = read_sizes(tensor, "shape");
    const auto offsets = read_sizes(tensor, "data_offsets");
    if (type == nullptr || *type != "F32" || !shape || !offsets || offsets->size() != 2) return std::nullopt;
    const std::size_t begin = offsets->front();
    const std::size_t end = offsets->back();
    if (begin > end || end > data.size() || !fits(*shape, end - begin)) return std::nullopt;
    Tensor result{std::move(*shape), std::vector<float>((end - begin) / sizeof(float))};
    if (begin != end) std::memcpy(result.values.data(), data.data() + begin, end - begin);
    return result;
}

}  // namespace

base::Result<Tensors> parse_safetensors(std::string_view bytes, const std::string& name) {
    const auto header = header_text(bytes);
    if (!header) return broken(name, "its header does not fit");
    json::parse_options options;
    options.max_depth = depth_limit;
    boost::system::error_code error;
    const json::value root = json::parse(*header, error, {}, options);
    if (error || !root.is_object()) return broken(name, "its header is not a JSON object");
    Tensors tensors;
    for (const auto& [key, description] : root.get_object()) {
        if (key == "__metadata__") continue;
        auto tensor = read_tensor(description, bytes.substr(length_bytes + header->size()));
        if (!tensor) return broken(name, "the tensor " + std::string(key) + " does not fit");
        tensors.emplace(key, std::move(*tensor));
    }
    return tensors;
}

}  // namespace speech
