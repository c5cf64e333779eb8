// How one service asks another, the same way whether it lives in this process or elsewhere. Every request carries, in
// its header, what a service must know to serve it: for whom (a signed principal), until when, on what trace, after
// which state of the store; inside the process the same header is written and checked as between processes.
//
// The table of services is filled at the start; afterwards everything may be called from any thread.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "runtime/http_client.hpp"
#include "runtime/principal_token.hpp"
#include "runtime/router.hpp"
#include "runtime/worker_pool.hpp"

namespace runtime {

struct MeshOptions {
    PrincipalKeys keys{};
    std::chrono::seconds token_life{60};  // longer than the clocks of two machines differ
    std::size_t most_answer_bytes = std::size_t{16} << 20U;
};

/// A service of this process. The pool is null where there are no threads (simulation): then nothing but call() serves
/// it.
struct LocalService {
    const Router* router = nullptr;
    WorkerPool* pool = nullptr;
};

struct RemoteService {
    std::string url;  // "http://host:port", without a path
};

class Mesh {
  public:
    /// Everything must outlive it. `client` may be null where every service is local.
    Mesh(MeshOptions options, const base::Clock& clock, base::Random& random, HttpClient* client);

    void add(std::string service, std::variant<LocalService, RemoteService> place);
    [[nodiscard]] const std::variant<LocalService, RemoteService>* find(std::string_view service) const;

    /// Asks and waits: a local handler runs on this very thread (calls between services form no cycle), a remote one is
    /// waited for until the context's deadline. Never on a thread of the network. The answer is whole, whatever its
    /// status. Errors: unavailable, deadline_exceeded, overloaded, body_too_large (the answer), invalid_argument (an
    /// event stream).
    base::Result<ClientResponse> call(std::string_view service, Request request, const Context& context);
    /// Asks and goes on; answers once: a local handler runs on its service's pool, and the completion on some thread.
    void call(std::string_view service, Request request, const Context& context, HttpClient::Completion completion);

    /// Writes the context into the request's header, signed for `service`.
    void seal(std::string_view service, Request& request, const Context& context) const;
    /// Takes it out again. An unsigned request has an empty principal, which only anonymous routes take.
    /// Errors: unauthenticated (a principal that is not valid), deadline_exceeded.
    base::Result<Context> unseal(std::string_view service, Request& request) const;
    /// Removes what seal() writes: what comes from outside the mesh has no say there.
    static void strip(Request& request);
    /// The service that a sealed request names.
    static std::optional<std::string> addressee(const Request& request);
    /// The context of a request from outside: its correlation id and trace if well-formed, else new ones.
    [[nodiscard]] Context new_context(const Request& request) const;

  private:
    base::Result<ClientResponse> call_local(std::string_view service, const LocalService& local, Request request,
                                            const Context& context);
    base::Result<ClientResponse> whole(Response response, const Context& context) const;
    base::Result<ClientRequest> to_remote(std::string_view service, const RemoteService& remote, Request request,
                                          const Context& context) const;

    MeshOptions options_;
    const base::Clock& clock_;
    base::Random& random_;
    HttpClient* client_;
    std::map<std::string, std::variant<LocalService, RemoteService>, std::less<>> services_;
};

}  // namespace runtime
