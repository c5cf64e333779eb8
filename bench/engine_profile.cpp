// Where the engine's time goes on one core, and what share of the core's limits it reaches: voice activity, encoder,
// decoder. Reads mono 16 kHz samples (16-bit, little-endian) and prints a Markdown table. See bench/README.md.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <immintrin.h>

#include "runtime/files.hpp"
#include "runtime/system_clock.hpp"
#include "speech/cutter.hpp"
#include "speech/moonshine_decoder.hpp"
#include "speech/moonshine_encoder.hpp"
#include "speech/recogniser.hpp"

namespace {

constexpr std::size_t file_limit_bytes = std::size_t{1} << 31U;
constexpr std::size_t chains = 12;  // of multiply-adds that do not wait for each other
constexpr double giga = 1e9;

using Vector [[gnu::vector_size(64)]] = float;

double thread_seconds() {
    return std::chrono::duration<double>(runtime::thread_cpu_time()).count();
}

// So that the loop that made it is not left out.
void keep(float value) {
    volatile float kept = value;
    static_cast<void>(kept);
}

// Fused multiply-adds in registers alone: no program can have more of them a second.
[[gnu::target("avx512f,fma")]] double wide_multiply_adds(std::size_t rounds) {
    __m512 sums[chains];                      // an array of the library would drop the type's alignment
    for (std::size_t i = 0; i < chains; ++i)  // equal chains would be computed as one
        sums[i] = _mm512_set1_ps(static_cast<float>(rounds % (i + 7)));
    const __m512 factor = _mm512_set1_ps(0.5F);
    const double begin = thread_seconds();
    for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
        for (__m512& sum : sums)
            sum = _mm512_fmadd_ps(sum, factor, factor);
    }
    const double seconds = thread_seconds() - begin;
    __m512 all = {};
    for (const __m512& sum : sums)
        all += sum;
    keep(all[0]);
    return static_cast<double>(rounds * chains * 16 * 2) / seconds;
}
[[gnu::target("avx2,fma")]] double narrow_multiply_adds(std::size_t rounds) {
    __m256 sums[chains];                      // an array of the library would drop the type's alignment
    for (std::size_t i = 0; i < chains; ++i)  // equal chains would be computed as one
        sums[i] = _mm256_set1_ps(static_cast<float>(rounds % (i + 7)));
    const __m256 factor = _mm256_set1_ps(0.5F);
    const double begin = thread_seconds();
    for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
        for (__m256& sum : sums)
            sum = _mm256_fmadd_ps(sum, factor, factor);
    }
    const double seconds = thread_seconds() - begin;
    __m256 all = {};
    for (const __m256& sum : sums)
        all += sum;
    keep(all[0]);
    return static_cast<double>(rounds * chains * 8 * 2) / seconds;
}

double peak_flops() {
    constexpr std::size_t rounds = 60'000'000;
    const bool wide = __builtin_cpu_supports("avx512f") != 0;
    double best = 0;
    for (int turn = 0; turn < 3; ++turn)
        best = std::max(best, wide ? wide_multiply_adds(rounds) : narrow_multiply_adds(rounds));
    return best;
}

// What one core reads a second, from a block of this size read again and again.
double read_bytes_a_second(std::size_t block_bytes) {
    std::vector<Vector> block(block_bytes / sizeof(Vector), Vector{1});
    const std::size_t rounds = std::max<std::size_t>(1, (std::size_t{4} << 30U) / block_bytes);
    std::array<Vector, 4> sums{};
    const double begin = thread_seconds();
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i + 4 <= block.size(); i += 4) {
            for (std::size_t chain = 0; chain < 4; ++chain)
                sums[chain] += block[i + chain];
        }
    }
    const double seconds = thread_seconds() - begin;
    keep((sums[0] + sums[1] + sums[2] + sums[3])[0]);
    return static_cast<double>(rounds) * static_cast<double>(block_bytes) / seconds;
}

// What the network's definition asks for, in floating-point operations; a multiply-add is two.
struct Shape {
    double width;
    double encoder_inner;
    double decoder_inner;
    double layers;
    double vocabulary;
};

double encoder_flops(const Shape& shape, double samples) {
    const double first = samples / 64;
    const double second = first / 3;
    const double frames = second / 2;
    const double front = first * 127 * shape.width + second * 7 * shape.width * 2 * shape.width +
                         frames * 3 * 2 * shape.width * shape.width;
    const double layer = frames * (4 * shape.width * shape.width + 2 * shape.width * shape.encoder_inner) +
                         2 * frames * frames * shape.width;
    return 2 * (front + shape.layers * layer);
}

double decoder_weights(const Shape& shape) {
    const double layer = 6 * shape.width * shape.width + 3 * shape.width * shape.decoder_inner;
    return shape.layers * layer + shape.width * shape.vocabulary;
}

double decoder_flops(const Shape& shape, double frames, double steps) {
    const double keys_and_values = shape.layers * frames * 2 * shape.width * shape.width;
    const double attention = shape.layers * steps * 2 * shape.width * (frames + steps / 2);
    return 2 * (keys_and_values + steps * decoder_weights(shape) + attention);
}

struct Account {
    double audio_seconds = 0;
    double voice_seconds = 0;
    double encoder_seconds = 0;
    double decoder_seconds = 0;
    double encoder_flops = 0;
    double decoder_flops = 0;
    double decoder_bytes = 0;  // weights read, once a step for the whole batch
    std::size_t tokens = 0;
};

std::vector<std::vector<float>> cut(const speech::VoiceActivityModel& model, std::span<const float> samples,
                                    Account& account) {
    const double begin = thread_seconds();
    speech::SegmentCutter cutter(model);
    std::vector<std::vector<float>> segments;
    const auto take = [&] {
        while (auto segment = cutter.next()) {
            if (segment->skipped.empty()) segments.push_back(std::move(segment->samples));
        }
    };
    constexpr std::size_t block = 16'000;
    for (std::size_t at = 0; at < samples.size(); at += block) {
        cutter.push(samples.subspan(at, std::min(block, samples.size() - at)));
        take();
    }
    cutter.finish();
    take();
    account.voice_seconds += thread_seconds() - begin;
    return segments;
}

void recognise(const speech::MoonshineWeights& weights, const Shape& shape,
               std::span<const std::vector<float>> segments, Account& account) {
    const speech::MatrixKernels& kernels = speech::matrix_kernels().front();
    std::vector<speech::DecoderInput> inputs;
    const double begin = thread_seconds();
    for (const std::vector<float>& segment : segments)
        inputs.push_back({speech::encode(weights, kernels, segment), speech::token_limit(segment.size())});
    const double encoded = thread_seconds();
    const auto decoded = speech::decode(weights, kernels, inputs);
    account.decoder_seconds += thread_seconds() - encoded;
    account.encoder_seconds += encoded - begin;
    std::size_t most_steps = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::size_t steps = decoded[i].tokens.size() + 1;
        most_steps = std::max(most_steps, steps);
        account.tokens += steps;
        account.encoder_flops += encoder_flops(shape, static_cast<double>(segments[i].size()));
        account.decoder_flops +=
            decoder_flops(shape, static_cast<double>(inputs[i].frames.count), static_cast<double>(steps));
    }
    account.decoder_bytes += static_cast<double>(most_steps) * decoder_weights(shape);
}

void print(const Account& account, double flops, double memory) {
    const double all = account.voice_seconds + account.encoder_seconds + account.decoder_seconds;
    const auto row = [&](const char* name, double seconds, double operations, double bytes) {
        std::printf("| %s | %.2f | %.1f | %.1f | %.0f %% | %s |\n", name, seconds, 100 * seconds / all,
                    operations / seconds / giga, 100 * operations / seconds / flops,
                    bytes > 0 ? (std::to_string(std::lround(100 * bytes / seconds / memory)) + " %").c_str() : "");
    };
    std::printf("%.0f s of audio, one core, batches of %zu, kernels %.*s: %.1f times real time, %zu tokens\n\n",
                account.audio_seconds, speech::best_batch,
                static_cast<int>(speech::matrix_kernels().front().instructions.size()),
                speech::matrix_kernels().front().instructions.data(), account.audio_seconds / all, account.tokens);
    std::printf("This core: %.0f GFLOP/s of fused multiply-adds; reads %.1f GB/s from memory.\n\n", flops / giga,
                memory / giga);
    std::printf(
        "| part | CPU s | share of the engine, %% | GFLOP/s | of the core's arithmetic | of its memory's speed |\n");
    std::printf("| --- | ---: | ---: | ---: | ---: | ---: |\n");
    std::printf("| voice activity, level, plan | %.2f | %.1f | | | |\n", account.voice_seconds,
                100 * account.voice_seconds / all);
    row("encoder", account.encoder_seconds, account.encoder_flops, 0);
    row("decoder", account.decoder_seconds, account.decoder_flops, account.decoder_bytes);
    std::printf("\nThe network's arithmetic alone, at the core's peak, would be %.0f times real time.\n",
                account.audio_seconds * flops / (account.encoder_flops + account.decoder_flops));
}

std::vector<float> samples_in(const std::string& bytes) {
    std::vector<float> samples(bytes.size() / 2);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        std::int16_t value = 0;
        std::memcpy(&value, bytes.data() + 2 * i, 2);
        samples[i] = static_cast<float>(value) / 32768.0F;
    }
    return samples;
}

int fail(const std::string& message) {
    std::fprintf(stderr, "engine-profile: %s\n", message.c_str());
    return 1;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 4) return fail("usage: engine-profile MOONSHINE_FOLDER SILERO_WEIGHTS SAMPLES.s16le...");
    const std::filesystem::path folder = arguments[1];
    const auto encoder = runtime::read_file(folder / "encoder_model.onnx", file_limit_bytes);
    const auto decoder = runtime::read_file(folder / "decoder_model_merged.onnx", file_limit_bytes);
    if (!encoder || !decoder) return fail("cannot read the model in " + folder.string());
    const auto weights = speech::MoonshineWeights::parse(*encoder, *decoder);
    if (!weights) return fail(weights.error().message);
    const auto voice_activity = speech::VoiceActivityModel::load(arguments[2]);
    if (!voice_activity) return fail(voice_activity.error().message);
    const Shape shape{.width = static_cast<double>(weights->shape.width),
                      .encoder_inner = static_cast<double>(weights->encoder.layers.front().contract.inputs()),
                      .decoder_inner = static_cast<double>(weights->decoder.layers.front().contract.inputs()),
                      .layers = static_cast<double>(weights->decoder.layers.size()),
                      .vocabulary = static_cast<double>(weights->shape.vocabulary)};
    Account account;
    for (const char* path : std::span(arguments, static_cast<std::size_t>(count)).subspan(3)) {
        const auto bytes = runtime::read_file(path, file_limit_bytes);
        if (!bytes) return fail(bytes.error().message);
        const std::vector<float> samples = samples_in(*bytes);
        account.audio_seconds += static_cast<double>(samples.size()) / 16'000;
        auto segments = cut(*voice_activity, samples, account);
        std::ranges::stable_sort(segments, std::greater(), &std::vector<float>::size);
        for (std::size_t at = 0; at < segments.size(); at += speech::best_batch)
            recognise(*weights, shape,
                      std::span(segments).subspan(at, std::min(speech::best_batch, segments.size() - at)), account);
    }
    if (account.tokens == 0) return fail("nobody speaks in these samples");
    print(account, peak_flops(), read_bytes_a_second(std::size_t{256} << 20U));
    return 0;
}
