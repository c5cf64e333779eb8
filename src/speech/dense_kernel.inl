// The body of one dense kernel, in terms of three macros; dense.cpp includes it once for each numeric profile:
//   VT_DENSE_NAMESPACE  where it goes, VT_DENSE_TARGET  the attribute that names the instruction set,
//   VT_DENSE_LANES      floats a vector register.
// A template cannot carry the instruction set as a parameter, and vectors are lowered before inlining: hence the
// macros.
namespace VT_DENSE_NAMESPACE {

using Vector [[gnu::vector_size(VT_DENSE_LANES * sizeof(float)), gnu::may_alias]] = float;

constexpr std::size_t lane_count = VT_DENSE_LANES;
constexpr std::size_t accumulators = 8;  // enough to hide a multiply-add's latency, few enough for 16 registers

template <std::size_t columns, std::size_t vectors>
VT_DENSE_TARGET inline void tile(const DenseLayer& layer, const float* in, std::size_t in_step, std::size_t first,
                                 Line* out) {
    const std::size_t row = layer.output_floats() / lane_count;
    const auto* bias = reinterpret_cast<const Vector*>(layer.bias()) + first;
    const auto* weights = reinterpret_cast<const Vector*>(layer.weights()) + first;
    Vector sums[columns][vectors];
    for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t v = 0; v < vectors; ++v)
            sums[c][v] = bias[v];
    }
    for (std::size_t i = 0; i < layer.inputs(); ++i, weights += row) {
        for (std::size_t c = 0; c < columns; ++c) {
            for (std::size_t v = 0; v < vectors; ++v)
                sums[c][v] += in[c * in_step + i] * weights[v];
        }
    }
    for (std::size_t c = 0; c < columns; ++c) {
        auto* target = reinterpret_cast<Vector*>(out + c * layer.lines()) + first;
        for (std::size_t v = 0; v < vectors; ++v)
            target[v] = sums[c][v];
    }
}

template <std::size_t columns>
VT_DENSE_TARGET void dense_columns(const DenseLayer& layer, const float* in, std::size_t in_step, Line* out) {
    constexpr std::size_t vectors = accumulators / columns;
    const std::size_t row = layer.output_floats() / lane_count;
    std::size_t first = 0;
    for (; first + vectors <= row; first += vectors)
        tile<columns, vectors>(layer, in, in_step, first, out);
    for (; first < row; ++first)
        tile<columns, 1>(layer, in, in_step, first, out);
}

void dense(const DenseLayer& layer, const float* in, std::size_t in_step, std::size_t columns, Line* out) {
    switch (columns) {
        case 1:
            return dense_columns<1>(layer, in, in_step, out);
        case 2:
            return dense_columns<2>(layer, in, in_step, out);
        case 4:
            return dense_columns<4>(layer, in, in_step, out);
        default:
            std::abort();
    }
}

}  // namespace VT_DENSE_NAMESPACE
