// What stands in for the machine's engines: videos that are a line of text, a decoder that makes speech of them, and a
// recogniser that answers with a hash of what it hears, so that the transcript proves every sample.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/transcription/transcription.hpp"

namespace simulation {

/// A video of so many sentences, filled up to several pages so that some of them can be lost.
std::string video_of(int sentences);

/// One thread; outlives the engines.
class FakeEngines {
  public:
    /// `sentence`: speech of a few seconds, which voice activity knows as such.
    FakeEngines(std::shared_ptr<const speech::VoiceActivityModel> voice_activity, std::vector<float> sentence);

    /// `pause` is called for each block that is decoded and each segment that is recognised; an error of it is one of
    /// the engine.
    transcription::Engines engines(const std::function<base::Result<void>()>& pause) const;

    /// What is said in such a video when nothing goes wrong, as format txt has it.
    const std::string& text_of(int sentences, bool with_speakers);

  private:
    std::shared_ptr<const speech::VoiceActivityModel> voice_activity_;
    std::vector<float> sentence_;
    std::map<std::pair<int, bool>, std::string> texts_;
};

}  // namespace simulation
