#include "speech/families.hpp"

#include <array>

#include <sherpa-onnx/c-api/c-api.h>

namespace speech {
namespace {

using Config = SherpaOnnxOfflineModelConfig;

constexpr ModelRole tokens{"tokens", "tokens.txt", true, [](Config& c) -> const char*& { return c.tokens; }};

constexpr std::array moonshine{
    ModelRole{"encoder", "encoder", true, [](Config& c) -> const char*& { return c.moonshine.encoder; }},
    ModelRole{"merged_decoder", "decoder_model_merged", true,
              [](Config& c) -> const char*& { return c.moonshine.merged_decoder; }},
    tokens};

constexpr std::array moonshine_v1{
    ModelRole{"preprocessor", "preprocess", true, [](Config& c) -> const char*& { return c.moonshine.preprocessor; }},
    ModelRole{"encoder", "encode", true, [](Config& c) -> const char*& { return c.moonshine.encoder; }},
    ModelRole{"uncached_decoder", "uncached_decode", true,
              [](Config& c) -> const char*& { return c.moonshine.uncached_decoder; }},
    ModelRole{"cached_decoder", "cached_decode", true,
              [](Config& c) -> const char*& { return c.moonshine.cached_decoder; }},
    tokens};

constexpr std::array whisper{
    ModelRole{"encoder", "encoder", true, [](Config& c) -> const char*& { return c.whisper.encoder; }},
    ModelRole{"decoder", "decoder", true, [](Config& c) -> const char*& { return c.whisper.decoder; }}, tokens};

constexpr std::array transducer{
    ModelRole{"encoder", "encoder", true, [](Config& c) -> const char*& { return c.transducer.encoder; }},
    ModelRole{"decoder", "decoder", true, [](Config& c) -> const char*& { return c.transducer.decoder; }},
    ModelRole{"joiner", "joiner", true, [](Config& c) -> const char*& { return c.transducer.joiner; }}, tokens,
    ModelRole{"bpe_vocab", "bpe.vocab", false, [](Config& c) -> const char*& { return c.bpe_vocab; }}};

constexpr std::array canary{
    ModelRole{"encoder", "encoder", true, [](Config& c) -> const char*& { return c.canary.encoder; }},
    ModelRole{"decoder", "decoder", true, [](Config& c) -> const char*& { return c.canary.decoder; }}, tokens};

constexpr std::array cohere{
    ModelRole{"encoder", "encoder", true, [](Config& c) -> const char*& { return c.cohere_transcribe.encoder; }},
    ModelRole{"decoder", "decoder", true, [](Config& c) -> const char*& { return c.cohere_transcribe.decoder; }},
    tokens};

constexpr std::array fire_red{
    ModelRole{"encoder", "encoder", true, [](Config& c) -> const char*& { return c.fire_red_asr.encoder; }},
    ModelRole{"decoder", "decoder", true, [](Config& c) -> const char*& { return c.fire_red_asr.decoder; }}, tokens};

// Most families are one network and its vocabulary.
template <auto Part>
constexpr std::array one_model{ModelRole{"model", "", true, [](Config& c) -> const char*& { return (c.*Part).model; }},
                               tokens};

constexpr std::array telespeech{
    ModelRole{"model", "", true, [](Config& c) -> const char*& { return c.telespeech_ctc; }}, tokens};

constexpr std::array families{
    ModelFamily{"moonshine", "moonshine", moonshine},
    ModelFamily{"moonshine_v1", "moonshine", moonshine_v1},
    ModelFamily{"whisper", "whisper", whisper, [](Config& c) -> const char*& { return c.whisper.language; }},
    ModelFamily{"transducer", "zipformer", transducer},
    ModelFamily{"canary", "canary", canary, [](Config& c) -> const char*& { return c.canary.src_lang; }},
    ModelFamily{"cohere_transcribe", "cohere", cohere,
                [](Config& c) -> const char*& { return c.cohere_transcribe.language; }},
    ModelFamily{"fire_red_asr", "fire-red", fire_red},
    ModelFamily{"fire_red_asr_ctc", "fire-red", one_model<&Config::fire_red_asr_ctc>},
    ModelFamily{"paraformer", "paraformer", one_model<&Config::paraformer>},
    ModelFamily{"sense_voice", "sense-voice", one_model<&Config::sense_voice>,
                [](Config& c) -> const char*& { return c.sense_voice.language; }},
    ModelFamily{"nemo_ctc", "nemo", one_model<&Config::nemo_ctc>},
    ModelFamily{"zipformer_ctc", "zipformer", one_model<&Config::zipformer_ctc>},
    ModelFamily{"wenet_ctc", "wenet", one_model<&Config::wenet_ctc>},
    ModelFamily{"omnilingual", "omnilingual", one_model<&Config::omnilingual>},
    ModelFamily{"medasr", "medasr", one_model<&Config::medasr>},
    ModelFamily{"dolphin", "dolphin", one_model<&Config::dolphin>},
    ModelFamily{"tdnn", "tdnn", one_model<&Config::tdnn>},
    ModelFamily{"telespeech_ctc", "telespeech", telespeech},
};

}  // namespace

std::span<const ModelFamily> model_families() {
    return families;
}

const ModelFamily* find_model_family(std::string_view name) {
    for (const ModelFamily& family : families) {
        if (family.name == name) return &family;
    }
    return nullptr;
}

}  // namespace speech
