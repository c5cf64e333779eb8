#include <filesystem>
#include <fstream>

#include "services/upload/test_bench.hpp"

namespace upload {

class VideoRoutes : public UploadTest {
  protected:
    VideoRoutes() : id(platform.platform().ids.next()), target("/v1/sessions/" + id + "/video") {
        sessions.rows[id] = {};
    }
    std::string id;
    std::string target;
};

TEST_F(VideoRoutes, TakeARawBodyAndGiveItBack) {
    const std::string video = some_bytes(part + 100);
    const auto put = ask("PUT", target, {{"Content-Type", "video/webm"}}, video);
    ASSERT_EQ(put.status, 202) << put.body;
    EXPECT_EQ(*base::parse_json(put.body)->member("id")->text(), id);
    const auto whole = ask("GET", target);
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.body, video);
    EXPECT_EQ(whole.headers.find("Content-Type"), "video/webm");
    EXPECT_EQ(whole.headers.find("Content-Disposition"), "attachment");
    EXPECT_EQ(whole.headers.find("X-Content-Type-Options"), "nosniff");
    const std::string tag(*whole.headers.find("ETag"));
    EXPECT_EQ(ask("GET", target, {{"If-None-Match", tag}}).status, 304);

    const auto some = ask("GET", target, {{"Range", "bytes=1000000-2000000"}, {"If-Range", tag}});
    EXPECT_EQ(some.status, 206);
    EXPECT_EQ(some.body, video.substr(1'000'000, 1'000'001));
    EXPECT_EQ(some.headers.find("Content-Range"), "bytes 1000000-2000000/" + std::to_string(video.size()));
    EXPECT_EQ(ask("GET", target, {{"Range", "bytes=0-1"}, {"If-Range", "\"old\""}}).status, 200);
    EXPECT_EQ(ask("GET", target, {{"Range", "bytes=0-1,3-4"}}).body.size(), video.size());
    const auto outside = ask("GET", target, {{"Range", "bytes=99999999-"}});
    EXPECT_EQ(outside.status, 416);
    EXPECT_EQ(outside.headers.find("Content-Range"), "bytes */" + std::to_string(video.size()));

    EXPECT_EQ(ask("GET", target, {}, {}, flow::TestPlatform::admin("other")).status, 404);
    platform.settle();
    EXPECT_EQ(platform.events("video.uploaded").size(), 1U);
}

TEST_F(VideoRoutes, RefuseWhatDoesNotFit) {
    EXPECT_EQ(ask("PUT", target, {{"Content-Type", "text/html"}}, "x").status, 415);
    EXPECT_EQ(ask("PUT", target).status, 422) << "empty";
    EXPECT_EQ(ask("PUT", "/v1/sessions/" + platform.platform().ids.next() + "/video", {}, "x").status, 404);
    EXPECT_EQ(ask("PUT", target, {}, "x", flow::TestPlatform::viewer("acme")).status, 403);
    EXPECT_EQ(ask("GET", target).status, 404);
    sessions.rows[id] = {.has_video = true};
    EXPECT_EQ(ask("PUT", target, {}, "x").status, 409);
    sessions.rows[id] = {.status = "failed"};
    EXPECT_EQ(ask("PUT", target, {}, "x").status, 409);
}

TEST_F(VideoRoutes, TakeFromTheOwnerAndGiveToTheTenant) {
    EXPECT_EQ(ask("PUT", target, {}, "hello", member("bob")).status, 403) << "somebody else's session";
    EXPECT_EQ(ask("PUT", target, {}, "hello", without("sessions:write")).status, 403);
    EXPECT_EQ(ask("PUT", target, {}, "hello", member("admin")).status, 202);
    EXPECT_EQ(ask("GET", target, {}, {}, member("bob")).body, "hello");
    EXPECT_EQ(ask("GET", target, {}, {}, without("videos:read")).status, 403);
}

TEST_F(VideoRoutes, ABrokenBodyCanBeSentAgain) {
    auto sink = open_sink({.method = "PUT", .target = target});
    EXPECT_FALSE(pour(*sink, "hel"));
    sink.reset();
    EXPECT_EQ(ask("PUT", target, {}, "hello").status, 202);
    platform.settle();
    EXPECT_TRUE(platform.events("upload.failed").empty());
    EXPECT_EQ(ask("GET", target).body, "hello");
}

// A flipped bit is told or cuts the answer, and is never served.
TEST_F(VideoRoutes, DamageIsNeverServed) {
    namespace fs = std::filesystem;
    const std::string video = some_bytes(std::size_t{3} << 20U);
    ASSERT_EQ(ask("PUT", target, {}, video).status, 202);
    fs::path data;
    for (const auto& entry : fs::recursive_directory_iterator(platform.platform().config.text("data.dir") + "/blobs")) {
        if (entry.is_regular_file() && entry.file_size() == video.size()) data = entry.path();
    }
    ASSERT_FALSE(data.empty());
    const auto flip = [&](std::streamoff at) {
        std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(at);
        const char byte = static_cast<char>(file.get() ^ 1);
        file.seekp(at);
        file.put(byte);
    };
    flip(std::streamoff{2} << 20U);
    EXPECT_EQ(ask("GET", target, {{"Range", "bytes=0-99"}}).status, 206) << "this part is sound";
    EXPECT_NE(ask("GET", target).body.size(), video.size());
    flip(5);
    const auto answer = ask("GET", target);
    EXPECT_EQ(answer.status, 500);
    EXPECT_EQ(error_code(answer.body), "blob_corrupt");
}

}  // namespace upload
