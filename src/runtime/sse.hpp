// Server-sent events (WHATWG HTML, section 9.2). A stream costs memory, no thread: when its signal rings, its source is
// asked on the worker pool for what is new; in between the runtime writes a comment now and then, so that proxies and
// dead peers show themselves.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace runtime {

struct SseEvent {
    std::string id;    // what the client sends back as Last-Event-ID; empty leaves the last one standing
    std::string type;  // empty means "message"
    std::string data;  // may have several lines
};

/// The event as it goes over the wire. Line breaks inside id or type, which could begin another field, are dropped.
std::string format_sse(const SseEvent& event);

struct SseBatch {
    std::vector<SseEvent> events;
    bool more = false;  // ask again at once
    bool last = false;  // close the stream after these
};

/// What a service implements: its cursor over the events of one subscription, started from Last-Event-ID by the
/// handler.
class EventSource {
  public:
    virtual ~EventSource() = default;
    /// The events after those given before, oldest first, about `max_bytes` of data at most; none when there are none
    /// now. One thread at a time, on the worker pool. A fault closes the stream; the client comes back with its last
    /// id.
    virtual base::Result<SseBatch> next(std::size_t max_bytes) = 0;
};

/// Tells the streams that hold it that their sources may have something new. Shared by any number of streams; any
/// thread.
class Signal {
  public:
    void ring();
    /// `listener` is called by ring(), on its thread, until forgotten; it must be quick and must not call the signal.
    std::uint64_t listen(std::function<void()> listener);
    void forget(std::uint64_t listener);

  private:
    std::mutex mutex_;
    std::uint64_t next_ = 0;
    std::map<std::uint64_t, std::function<void()>> listeners_;
};

}  // namespace runtime
