// The kinds of speech models that the engine can load: one row each, which says what files a kind needs and where the
// engine's configuration takes them. To add a kind, add its row in families.cpp. Immutable; any thread.
#pragma once
#include <span>
#include <string_view>

struct SherpaOnnxOfflineModelConfig;

namespace speech {

struct ModelRole {
    std::string_view name;  // as model.json names it, such as "encoder"
    std::string_view hint;  // what a file of this role has in its name; empty: any network
    bool required = true;
    const char*& (*field)(SherpaOnnxOfflineModelConfig&) = nullptr;
};

struct ModelFamily {
    std::string_view name;  // as model.json names it, such as "moonshine"
    std::string_view hint;  // what a folder or file of this family often has in its name
    std::span<const ModelRole> roles;
    const char*& (*language)(SherpaOnnxOfflineModelConfig&) = nullptr;  // where the language goes, if anywhere
};

std::span<const ModelFamily> model_families();

/// The row of that name; null when there is none.
const ModelFamily* find_model_family(std::string_view name);

}  // namespace speech
