// Model files of our own engine, of any content: an ONNX file, or two of them as a Moonshine, or a vocabulary. What is
// accepted lies inside the bytes that were given.
#include <string>

#include "fuzz/fuzzing.hpp"
#include "speech/moonshine_weights.hpp"
#include "speech/onnx_file.hpp"
#include "speech/vocabulary.hpp"

namespace {

using fuzz::check;

void file(std::string_view bytes) {
    const auto parsed = speech::parse_onnx(bytes, "fuzz.onnx");
    if (!parsed) return;
    for (const auto& [name, tensor] : parsed->tensors) {
        if (tensor.bytes.empty()) continue;
        check(tensor.bytes.begin() >= bytes.begin() && tensor.bytes.end() <= bytes.end());
    }
    const auto weights = speech::MoonshineWeights::parse(bytes, bytes);
    check(!weights || weights->shape.width > 0);
}

void vocabulary(std::string_view text) {
    const auto parsed = speech::Vocabulary::parse(text);
    if (!parsed) return;
    std::string all;
    for (std::size_t token = 0; token < parsed->size(); ++token)
        all += parsed->text_of(static_cast<std::int32_t>(token));
    check(all.size() <= text.size());
    check(parsed->text_of(static_cast<std::int32_t>(parsed->size())).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    file(bytes);
    vocabulary(bytes);
    return 0;
}
