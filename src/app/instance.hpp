// One running process of the platform: everything that its services need, opened by configuration, and the servers
// before them. Starts in order, stops in the opposite one.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "runtime/config.hpp"
#include "runtime/http_client.hpp"

namespace app {

class Instance {
  public:
    /// Opens the data folder, brings its schema up to date (server.migrate), starts the selected services, then
    /// listens. Errors: configuration_invalid, unavailable (the port), and those of the store, the blobs, the bus and
    /// the services.
    static base::Result<std::unique_ptr<Instance>> start(runtime::Config config);
    /// As stop() without patience.
    ~Instance();
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    /// Lets requests in progress finish, gives claimed work back, stops. Not on a thread of its own.
    void stop(std::chrono::milliseconds patience);

    /// "http://127.0.0.1:8080".
    [[nodiscard]] std::string address() const;
    /// Whether everything that the services need answers. Any thread.
    [[nodiscard]] base::Result<void> ready() const;
    /// Prometheus text. Any thread.
    [[nodiscard]] std::string metrics() const;

    /// For requests that customers ask for: refuses private addresses unless notification.allow_private.
    base::Result<std::shared_ptr<runtime::HttpClient>> client_to_outside();

    struct Parts;

  private:
    explicit Instance(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

/// Brings the store to this program's schema. Gives how many steps were taken.
base::Result<std::int64_t> migrate(const runtime::Config& config);

}  // namespace app
