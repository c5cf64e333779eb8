#include "speech/onnx_file.hpp"

#include <cstring>
#include <optional>
#include <utility>

namespace speech {
namespace {

constexpr int depth_limit = 6;  // graphs in graphs

// One field of a protobuf message: a number, or the bytes of a text, a message or a packed list.
struct Field {
    std::uint64_t number = 0;
    std::uint64_t value = 0;
    std::string_view bytes;
};

// Takes a protobuf message apart, field by field. Source: https://protobuf.dev/programming-guides/encoding/
class Message {
  public:
    explicit Message(std::string_view bytes) : rest_(bytes) {}

    // Absent at the end, and from the first fault on.
    std::optional<Field> next() {
        if (rest_.empty() || !good_) return std::nullopt;
        const std::uint64_t key = varint();
        Field field{.number = key >> 3U, .bytes = {}};
        switch (key & 7U) {
            case 0:
                field.value = varint();
                break;
            case 1:
                field.bytes = take(8);
                break;
            case 2:
                field.bytes = take(varint());
                break;
            case 5:
                field.bytes = take(4);
                break;
            default:
                good_ = false;
        }
        return good_ ? std::optional(field) : std::nullopt;
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] bool empty() const { return rest_.empty(); }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty()) break;
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7FU} << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        good_ = false;
        return 0;
    }

  private:
    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) {
            good_ = false;
            return {};
        }
        const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest_;
    bool good_ = true;
};

OnnxTensor::Type type_of(std::uint64_t code) {
    if (code == 1) return OnnxTensor::Type::float32;
    if (code == 2) return OnnxTensor::Type::uint8;
    if (code == 3) return OnnxTensor::Type::int8;
    return OnnxTensor::Type::other;
}

std::size_t size_of(OnnxTensor::Type type) {
    return type == OnnxTensor::Type::float32 ? sizeof(float) : 1;
}

bool add_shape(std::vector<std::size_t>& shape, const Field& field) {
    if (field.bytes.empty()) {
        shape.push_back(static_cast<std::size_t>(field.value));
        return true;
    }
    Message list(field.bytes);
    while (list.good() && !list.empty())
        shape.push_back(static_cast<std::size_t>(list.varint()));
    return list.good();
}

bool fits(const OnnxTensor& tensor) {
    std::size_t product = size_of(tensor.type);
    for (const std::size_t extent : tensor.shape) {
        if (__builtin_mul_overflow(product, extent, &product)) return false;
    }
    return tensor.type == OnnxTensor::Type::other || product == tensor.data().size();
}

// An 8-bit value that stands in a field of 32-bit numbers.
std::string single_of(const Field& field) {
    const std::uint64_t value = field.bytes.empty() ? field.value : Message(field.bytes).varint();
    return {static_cast<char>(value)};
}

class Reader {
  public:
    explicit Reader(OnnxFile& file) : file_(file) {}

    bool model(std::string_view bytes) {
        Message message(bytes);
        while (const auto field = message.next()) {
            if (field->number == 7 && !graph(field->bytes, 0)) return false;
        }
        return message.good();
    }

  private:
    bool graph(std::string_view bytes, int depth) {
        if (depth > depth_limit) return false;
        Message message(bytes);
        while (const auto field = message.next()) {
            if (field->number == 1 && !node(field->bytes, depth)) return false;
            if (field->number == 5 && !tensor(field->bytes)) return false;
        }
        return message.good();
    }

    bool node(std::string_view bytes, int depth) {
        OnnxNode node;
        std::string_view name;
        Message message(bytes);
        while (const auto field = message.next()) {
            if (field->number == 1) node.inputs.push_back(field->bytes);
            if (field->number == 3) name = field->bytes;
            if (field->number == 4) node.type = field->bytes;
            if (field->number == 5 && !attribute(field->bytes, depth)) return false;
        }
        if (!name.empty()) file_.nodes.try_emplace(std::string(name), std::move(node));
        return message.good();
    }

    bool attribute(std::string_view bytes, int depth) {
        Message message(bytes);
        while (const auto field = message.next()) {
            if (field->number == 6 && !graph(field->bytes, depth + 1)) return false;
        }
        return message.good();
    }

    bool tensor(std::string_view bytes) {
        OnnxTensor tensor;
        std::string_view name;
        Message message(bytes);
        while (const auto field = message.next()) {
            if (field->number == 1 && !add_shape(tensor.shape, *field)) return false;
            if (field->number == 2) tensor.type = type_of(field->value);
            if (field->number == 4) tensor.bytes = field->bytes;
            if (field->number == 5) tensor.single = single_of(*field);
            if (field->number == 8) name = field->bytes;
            if (field->number == 9) tensor.bytes = field->bytes;
        }
        if (!message.good() || !fits(tensor)) return false;
        file_.tensors.try_emplace(std::string(name), std::move(tensor));
        return true;
    }

    OnnxFile& file_;
};

}  // namespace

base::Result<OnnxFile> parse_onnx(std::string_view bytes, const std::string& name) {
    OnnxFile file;
    if (Reader(file).model(bytes) && !file.tensors.empty()) return file;
    return base::fail(base::ErrorCode::model_broken,
                      name + " is not a whole ONNX file with its weights inside; install the model again");
}

}  // namespace speech
