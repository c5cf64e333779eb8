#include "services/notification/signature.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/fakes.hpp"

namespace notification {
namespace {

// Computed independently, by Python:
//   key = bytes(range(24)); secret = "whsec_" + base64.b64encode(key).decode()
//   base64.b64encode(hmac.new(key, b'msg_1.1767225600.{"type":"session.completed"}', hashlib.sha256).digest())
const std::string counted_secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
const SignedMessage counted_message{"msg_1", 1'767'225'600, R"({"type":"session.completed"})"};
const std::string counted_signature = "v1,neO8ClG2VqCWJc2OBWQFNkXZjRHjOIvK4KN8pecuY8Q=";

// The example of the Standard Webhooks specification and its libraries.
const std::string published_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SignedMessage published_message{"msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})"};
const std::string published_signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

TEST(Signature, IsWhatOthersCompute) {
    EXPECT_EQ(sign(counted_secret, counted_message).value(), counted_signature);
    EXPECT_EQ(sign(published_secret, published_message).value(), published_signature);
}

TEST(Signature, CoversIdTimeAndBody) {
    for (const SignedMessage& other :
         {SignedMessage{"msg_2", 1'767'225'600, counted_message.body},
          SignedMessage{"msg_1", 1'767'225'601, counted_message.body}, SignedMessage{"msg_1", 1'767'225'600, "{}"}})
        EXPECT_NE(sign(counted_secret, other).value(), counted_signature);
}

TEST(Signature, IsOneForEachSecretWhileItRotates) {
    const std::vector<std::string> secrets{counted_secret, published_secret};
    EXPECT_EQ(sign_with_all(secrets, counted_message).value(),
              counted_signature + " " + sign(published_secret, counted_message).value());
}

TEST(Secret, HoldsTwentyFourBytesAndIsAnotherEachTime) {
    base::SeededRandom random(7);
    const std::string secret = new_secret(random);
    EXPECT_TRUE(secret.starts_with("whsec_"));
    EXPECT_EQ(base::from_base64(secret.substr(6)).value().size(), 24U);
    EXPECT_NE(new_secret(random), secret);
}

TEST(Secret, OfAnotherKindSignsNothing) {
    EXPECT_FALSE(sign("sk_AAEC", counted_message));
    EXPECT_FALSE(sign("whsec_no base64", counted_message));
}

}  // namespace
}  // namespace notification
