// Reads the weights out of an ONNX file: its constant tensors, and which operation uses which. Enough for an engine
// that brings its own arithmetic; the graph itself is not run. Source:
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace speech {

/// A constant of the graph; `bytes` points into the file's.
struct OnnxTensor {
    enum class Type : std::uint8_t { float32, int8, uint8, other };
    Type type = Type::other;
    std::vector<std::size_t> shape;  // empty: a scalar
    std::string_view bytes;          // row-major, little endian; as many as type and shape need
    std::string single;              // the bytes of a scalar that the file holds as a field; `bytes` is empty then

    [[nodiscard]] std::string_view data() const { return bytes.empty() ? std::string_view(single) : bytes; }
};

/// An operation and what it takes, by name.
struct OnnxNode {
    std::string_view type;
    std::vector<std::string_view> inputs;
};

/// What a file holds, branches of conditions included. Where several nodes have one name, the first stands.
struct OnnxFile {
    std::map<std::string, OnnxTensor, std::less<>> tensors;
    std::map<std::string, OnnxNode, std::less<>> nodes;
};

/// `bytes` must outlive the result; `name` is what messages call the file. Errors: model_broken (no ONNX file, or a
/// tensor whose bytes do not fit its shape).
base::Result<OnnxFile> parse_onnx(std::string_view bytes, const std::string& name);

}  // namespace speech
