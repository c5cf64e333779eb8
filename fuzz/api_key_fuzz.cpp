// API keys as an enemy writes them: what passes is exactly what we would have written, and has the form of its parts.
#include "fuzz/fuzzing.hpp"
#include "model/tenant.hpp"
#include "services/auth/api_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    fuzz::check(auth::hash_of_key(text).size() == 32);
    const auto key = auth::parse_api_key(text);
    if (!key) return 0;
    fuzz::check(text.size() <= auth::longest_key_text && auth::to_text(*key) == text);
    fuzz::check(auth::is_region(key->region) && model::is_tenant_id(key->tenant_id) && key->secret.size() == 32);
    return 0;
}
