// Drives the reader of model.json, and what writes it back, with anything.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "speech/model_description.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto description = speech::parse_model_description(text, "model.json");
    if (!description) return 0;
    for (const auto& [role, file] : description->files) {
        if (file.path.is_absolute() || file.path.lexically_normal().string().starts_with("..")) std::abort();
    }
    const auto again = speech::parse_model_description(speech::to_json(*description), "model.json");
    if (!again || *again != *description) std::abort();
    return 0;
}
