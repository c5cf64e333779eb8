// For the tests of services: the events that they emit, byte for byte, against tests/golden/events (one file a type;
// api/events describes them). What is emitted now is put beside the build, in golden/events: after a wanted change look
// at `diff -ru tests/golden/events BUILD/golden/events`, copy the files over and say the change in the type's schema.
#pragma once
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "flow/test_process.hpp"

namespace flow {

// What the golden events are about.
inline constexpr const char* golden_session = "019ab0f2-6c00-7000-8000-000000000001";
inline constexpr const char* golden_run = "019ab0f2-6c00-7000-8000-000000000002";
inline constexpr const char* golden_thing = "019ab0f2-6c00-7000-8000-000000000003";  // an upload, an export, …
inline constexpr const char* golden_claim = "019ab0f2-6c00-7000-8000-000000000004";
inline constexpr const char* golden_hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// "name" is a file of tests/golden/events.
inline void expect_golden(const std::string& name, const std::string& bytes) {
    namespace fs = std::filesystem;
    const fs::path now = fs::path(VT_BINARIES) / "golden/events" / (name + ".json");
    fs::create_directories(now.parent_path());
    std::ofstream(now, std::ios::binary) << bytes;
    std::ifstream file(fs::path(VT_TEST_MEDIA) / "../golden/events" / (name + ".json"), std::ios::binary);
    const std::string golden{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(bytes, golden) << now;
}

/// Emits at 2026-01-01T00:00:00Z, for the tenant acme, what leads to one event, which must be the golden one.
inline void expect_golden_event(const std::string& type, std::string_view source,
                                const std::function<base::Result<void>(store::Transaction&)>& announce) {
    TestPlatform test({});
    const store::Origin origin{.source = std::string(source),
                               .correlation_id = "0af7651916cd43dd8448eb211c80319c",
                               .causation_id = "019ab0f2-6c00-7000-8000-000000000005",
                               .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
    auto transaction = must(test.platform().database.tenant("acme", origin).write());
    must(announce(transaction));
    const auto rows = must(transaction.query("select topic, event from outbox where tenant_id = :tenant"));
    ASSERT_EQ(rows.size(), 1U) << type;
    EXPECT_EQ(rows.front().text("topic"), type);
    expect_golden(type, rows.front().text("event"));
}

}  // namespace flow
