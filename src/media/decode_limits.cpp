#include "media/decode_limits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace media {
namespace {

struct Option {
    std::string_view prefix;
    std::int64_t DecodeLimits::* field;
};

constexpr std::array options{
    Option{"--memory-bytes=", &DecodeLimits::memory_bytes},
    Option{"--cpu-seconds=", &DecodeLimits::cpu_seconds},
    Option{"--max-seconds=", &DecodeLimits::max_seconds},
    Option{"--channels-apart=", &DecodeLimits::channels_apart},
};

bool parse_positive(std::string_view digits, std::int64_t& number) {
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return fault == std::errc{} && end == digits.data() + digits.size() && number > 0;
}

bool apply(std::string_view argument, DecodeLimits& limits) {
    const auto option = std::ranges::find_if(options, [&](const Option& o) { return argument.starts_with(o.prefix); });
    if (option == options.end()) return false;
    return parse_positive(argument.substr(option->prefix.size()), limits.*(option->field));
}

}  // namespace

std::vector<std::string> to_arguments(const DecodeLimits& limits) {
    std::vector<std::string> arguments;
    for (const Option& option : options) {
        arguments.push_back(std::string(option.prefix) + std::to_string(limits.*(option.field)));
    }
    return arguments;
}

base::Result<DecodeLimits> parse_arguments(std::span<const char* const> arguments) {
    DecodeLimits limits;
    for (const char* argument : arguments) {
        if (apply(argument, limits)) continue;
        return base::fail(base::ErrorCode::invalid_argument,
                          "unknown argument \"" + std::string(argument) +
                              "\"; this program is started by video-transcriber and takes --memory-bytes=N, "
                              "--cpu-seconds=N, --max-seconds=N and --channels-apart=N");
    }
    return limits;
}

}  // namespace media
