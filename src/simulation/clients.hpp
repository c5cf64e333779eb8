// What people and programs do to the platform, one thing at a time, as the seed has it; and what they may expect of it.
#pragma once
#include <string>
#include <vector>

#include "flow/test_platform.hpp"

namespace simulation {

struct Video {
    std::string id;  // of its session
    int sentences = 0;
    bool with_speakers = false;
    bool may_be_cancelled = false;  // a cancellation was accepted, and no retry since
    bool deleted = false;
    std::string edited;  // what somebody has made of it; empty: nobody
};

/// One thread. Requests that fail for a reason that passes are repeated later, as a client does.
class Clients {
  public:
    Clients(flow::TestPlatform& platform, base::SeededRandom& chance, std::string& log)
        : platform_(platform), chance_(chance), log_(log) {}

    /// One request of some kind about some video, or a new video.
    void act();
    [[nodiscard]] const std::vector<Video>& videos() const { return videos_; }

  private:
    runtime::ClientResponse ask(const std::string& service, const runtime::Request& request);
    void upload();
    void cancel(Video& video);
    void retry(Video& video);
    void edit(Video& video);
    void order_export(Video& video);
    void remove(Video& video);

    flow::TestPlatform& platform_;
    base::SeededRandom& chance_;
    std::string& log_;
    std::vector<Video> videos_;
    int uploads_ = 0;
};

}  // namespace simulation
