// What a server or a client needs to speak TLS (1.2 or later, by OpenSSL).
#pragma once
#include <filesystem>
#include <string>

namespace runtime {

struct ServerTls {
    std::filesystem::path certificate_chain;  // PEM, the server's own first
    std::filesystem::path private_key;        // PEM
};

struct ClientTls {
    /// PEM; empty: what the system trusts. The peer's chain and name are always verified.
    std::filesystem::path trusted_certificates;
};

}  // namespace runtime
