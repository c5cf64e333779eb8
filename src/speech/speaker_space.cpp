#include "speech/speaker_space.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

namespace speech {
namespace {

// The encoder's vectors before they were made of length 1 are about this long, and the mean was taken of those.
constexpr double usual_length = 4;

std::vector<double> less(std::vector<double> values, std::span<const float> mean) {
    std::ranges::transform(values, mean, values.begin(), std::minus<double>{});
    return values;
}

// Of the length that values of variance 1 would have.
std::vector<double> of_usual_length(std::vector<double> values) {
    const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
    const double factor = squares > 0 ? std::sqrt(static_cast<double>(values.size()) / squares) : 0;
    for (double& value : values)
        value *= factor;
    return values;
}

std::vector<double> multiplied(std::span<const float> rows, const std::vector<double>& values) {
    std::vector<double> products(rows.size() / values.size());
    for (std::size_t row = 0; row < products.size(); ++row)
        products[row] = std::inner_product(values.begin(), values.end(),
                                           rows.begin() + std::ssize(values) * static_cast<std::ptrdiff_t>(row), 0.0);
    return products;
}

}  // namespace

base::Result<SpeakerSpace> SpeakerSpace::make(const Tensors& tensors, const std::string& name) {
    const auto shape = [&](const std::string& tensor) {
        const auto found = tensors.find("space." + tensor);
        return found == tensors.end() ? std::vector<std::size_t>{} : found->second.shape;
    };
    const auto discriminants = shape("discriminants");
    const std::size_t size = discriminants.size() == 2 ? discriminants[0] : 0;
    const std::size_t voice = size > 0 ? discriminants[1] : 0;
    SpeakerSpace space;
    const std::pair<const char*, std::vector<std::size_t>> shapes[] = {
        {"discriminants", {size, voice}}, {"voice_mean", {voice}}, {"discriminant_mean", {size}}, {"mean", {size}},
        {"transform", {size, size}},      {"between", {size}},
    };
    for (const auto& [tensor, expected] : shapes) {
        if (voice == 0 || shape(tensor) != expected) {
            return base::fail(base::ErrorCode::model_broken, name + " is not a speaker encoder: the tensor space." +
                                                                 tensor + " is missing or has another shape");
        }
    }
    const auto values = [&](const std::string& tensor) { return tensors.find("space." + tensor)->second.values; };
    space.voice_mean_ = values("voice_mean");
    space.discriminants_ = values("discriminants");
    space.discriminant_mean_ = values("discriminant_mean");
    space.mean_ = values("mean");
    space.transform_ = values("transform");
    space.between_ = values("between");
    return space;
}

std::vector<double> SpeakerSpace::project(std::span<const float> voice) const {
    std::vector<double> values(voice.begin(), voice.end());
    values.resize(voice_size());
    for (double& value : values)
        value *= usual_length;
    values = of_usual_length(less(std::move(values), voice_mean_));
    values = of_usual_length(less(multiplied(discriminants_, values), discriminant_mean_));
    return multiplied(transform_, less(std::move(values), mean_));
}

}  // namespace speech
