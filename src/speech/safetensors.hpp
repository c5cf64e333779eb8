// Reads the safetensors format: 8 bytes of header length (little endian), a JSON object of tensors, then their bytes.
// Source: https://github.com/huggingface/safetensors (README, "Format"). Pure; any thread.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace speech {

struct Tensor {
    std::vector<std::size_t> shape;
    std::vector<float> values;  // row-major
};

using Tensors = std::map<std::string, Tensor, std::less<>>;

/// Every tensor of `bytes`; only 32-bit floats are known. `name` is what messages call the file.
/// Errors: model_broken (a header longer than the limit, offsets outside the file, sizes that do not fit their shape).
base::Result<Tensors> parse_safetensors(std::string_view bytes, const std::string& name);

}  // namespace speech
