#include "services/gateway/peers.hpp"

#include <gtest/gtest.h>

#include "flow/test_platform.hpp"

namespace {

flow::Service idle_service(const std::string& name) {
    return {.name = name, .make = [](const flow::Platform&) { return flow::Parts(); }};
}

TEST(Peers, OfThisProcessAreThere) {
    std::vector<flow::Service> services;
    for (const char* name : {"auth", "session", "upload", "transcription", "analysis", "exporting", "notification"})
        services.push_back(idle_service(name));
    const flow::TestPlatform platform(services);
    EXPECT_TRUE(gateway::Peers(platform.platform()).check());
    services.pop_back();
    const flow::TestPlatform without(services);
    const auto reached = gateway::Peers(without.platform()).check();
    EXPECT_EQ(reached.error().code, base::ErrorCode::unavailable);
    EXPECT_TRUE(reached.error().message.contains("notification")) << reached.error().message;
}

}  // namespace
