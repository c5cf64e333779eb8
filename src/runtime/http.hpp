// What a handler sees of HTTP: plain values. Handlers are plain functions that run on their service's worker pool;
// nothing here waits for a peer. The same values pass through sockets, the mesh inside a process, and tests.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "runtime/sse.hpp"
#include "runtime/trace.hpp"
#include "runtime/web_socket.hpp"

namespace runtime {

/// Header fields in their order; names compare without case.
class Headers {
  public:
    struct Field {
        std::string name;
        std::string value;
    };
    Headers() = default;
    Headers(std::initializer_list<Field> fields) : fields_(fields) {}
    /// The first field of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
    /// Replaces every field of that name by this one.
    void set(std::string_view name, std::string value);
    void add(std::string_view name, std::string value);
    void remove(std::string_view name);
    /// Adds those of the other fields whose name is not there yet.
    void complete(const Headers& others);
    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }

  private:
    std::vector<Field> fields_;
};

/// Whether the two are the same but for ASCII case, as header names and tokens compare.
bool same_token(std::string_view left, std::string_view right);

struct Request {
    std::string method = "GET";
    std::string target = "/";  // path and query as sent
    Headers headers{};
    std::string body{};                             // whole; empty where the route takes it in chunks
    std::optional<std::uint64_t> content_length{};  // as declared; absent for chunked bodies
    std::string peer_address{};                     // numeric; empty for calls inside the process

    // Filled by the router from `target`:
    std::vector<std::string> segments{};
    std::vector<std::pair<std::string, std::string>> query{};
    std::vector<std::pair<std::string, std::string>> path_parameters{};

    /// The value of `{name}` in the route's pattern; empty when the pattern has none.
    [[nodiscard]] std::string_view path_parameter(std::string_view name) const;
    /// The first query parameter of that name.
    [[nodiscard]] std::optional<std::string_view> query_parameter(std::string_view name) const;
};

/// What travels with a unit of work, through the mesh and into events.
struct Context {
    std::string correlation_id{};
    TraceParent trace{};
    std::chrono::steady_clock::time_point deadline{};
    std::string principal{};  // the verified claims of who asks; empty: nobody said
    std::string position{};   // a read must see at least this much of the store; empty: any state will do
};

/// Bytes of an answer, pulled as fast as the client takes them. Called by one thread at a time, on the worker pool.
class BodySource {
  public:
    virtual ~BodySource() = default;
    /// Fills the buffer from its start and says how much; 0 is the end. A fault cuts the connection, so that nobody
    /// takes half an answer for a whole one.
    virtual base::Result<std::size_t> read(std::span<std::byte> buffer) = 0;
};

/// An answer of known or unknown length.
struct Stream {
    std::unique_ptr<BodySource> source;
    std::optional<std::uint64_t> size_bytes;
};

/// An open stream of server-sent events (sse.hpp).
struct Subscription {
    std::unique_ptr<EventSource> source;
    std::shared_ptr<Signal> signal;
};

struct Response;
using Respond = std::function<void(Response)>;

/// An answer that is not there yet: called once with a function that takes the answer, once, from any thread. After the
/// deadline of its context the client is told deadline_exceeded and a late answer is dropped.
using Deferred = std::function<void(Respond)>;

struct Response {
    int status = 200;
    Headers headers{};
    std::variant<std::string, Stream, Subscription, Deferred, WebSocket> body{};
    std::optional<base::Error> fault{};  // what the answer says is wrong, for the log
};

/// An answer of bytes with its Content-Type.
Response bytes_response(int status, std::string_view content_type, std::string bytes);

/// The body of a request, in chunks as they arrive; calls come one at a time on the worker pool. Its destruction before
/// finish() means that the rest will not come (the client went away, was too slow, or sent too much).
class BodySink {
  public:
    virtual ~BodySink() = default;
    /// At least one byte, at most `http_chunk_bytes`. An answer here ends the upload with it.
    virtual std::optional<Response> write(std::span<const std::byte> chunk) = 0;
    virtual Response finish() = 0;
};

inline constexpr std::size_t http_chunk_bytes = std::size_t{64} * 1024;

/// Hands the request, as the handler left it, on to another service, body and answer streaming through.
struct Forward {
    std::string service;
    Headers answer_headers{};  // for the answer, where it has no field of that name
};

/// What a handler that does not wait for the body decides when it has seen the header.
using Opening = std::variant<Response, std::unique_ptr<BodySink>, Forward>;

using Handler = std::function<Response(Request&, Context&)>;
using OpenHandler = std::function<Opening(Request&, Context&)>;

}  // namespace runtime
