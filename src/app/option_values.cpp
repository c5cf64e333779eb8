#include "app/option_values.hpp"

#include <ranges>

namespace app {

base::Result<std::vector<std::string>> split_list(const std::vector<std::string>& values, std::string_view option) {
    std::vector<std::string> items;
    for (const std::string& value : values) {
        for (const auto part : std::views::split(value, ','))
            items.emplace_back(part.begin(), part.end());
        if (value.empty()) items.emplace_back();
    }
    for (const std::string& item : items) {
        if (item.empty()) {
            return base::fail(base::ErrorCode::invalid_argument,
                              std::string(option) + " has an empty value; give one or more with commas between");
        }
    }
    return items;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

std::string refuse_empty(const std::string& value) {
    return value.empty() ? "the value is empty" : "";
}

}  // namespace app
