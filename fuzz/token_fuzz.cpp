// Tokens and trace headers as an enemy writes them: none passes that we have not signed, and what passes reads back the
// same.
#include <string>

#include "base/base64url.hpp"
#include "fuzz/fuzzing.hpp"
#include "runtime/principal_token.hpp"
#include "runtime/trace.hpp"

namespace {

using fuzz::check;

const std::chrono::system_clock::time_point noon{std::chrono::seconds(1'800'000'000)};
const runtime::PrincipalKeys keys{"a key that the enemy does not have"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text = fuzz::text_of(data, size);
    check(!runtime::verify_principal(text, "session", noon, keys));
    const std::string ours = runtime::sign_principal(text, "session", noon + std::chrono::seconds(1), keys);
    if (ours.size() <= runtime::longest_principal_token_bytes)
        check(runtime::verify_principal(ours, "session", noon, keys) == text);
    if (const auto bytes = base::from_base64url(text)) check(base::to_base64url(*bytes) == text);
    if (const auto trace = runtime::parse_traceparent(text)) {
        check(runtime::parse_traceparent(runtime::format_traceparent(*trace)).has_value());
    }
    return 0;
}
