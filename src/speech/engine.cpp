#include "speech/engine.hpp"

#include "speech/moonshine_recogniser.hpp"
#include "speech/sherpa_recogniser.hpp"

namespace speech {

base::Result<std::unique_ptr<Recogniser>> make_recogniser(const ModelDescription& description,
                                                          const std::filesystem::path& folder,
                                                          const std::string& language, Provider provider) {
    if (description.family == "moonshine") {
        // One of other weights than ours reads (whole floats, say) is no broken model yet.
        if (auto own = make_moonshine_recogniser(description, folder)) return own;
    }
    return make_sherpa_recogniser(description, folder, language, provider);
}

}  // namespace speech
