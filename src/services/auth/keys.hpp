// API keys: the handlers, and the making of a row.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "flow/service.hpp"
#include "services/auth/grants.hpp"

namespace auth {

std::vector<runtime::Route> key_routes(const flow::Platform& platform);

struct KeyDraft {
    std::string region;
    std::string user_id;
    model::Role role = model::Role::viewer;
    Scopes scopes;
    std::string name;
    std::optional<std::int64_t> expires_ms;
    bool bootstrap = false;  // the one that prepare() made
};
struct NewKey {
    std::string id;
    std::string text;  // to be shown once; it is stored nowhere
};
base::Result<NewKey> add_key(store::Transaction& transaction, base::Random& random, const KeyDraft& draft);

}  // namespace auth
