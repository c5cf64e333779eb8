#include "services/upload/multipart.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace upload {
namespace {

// Writes down what it sees.
struct Story final : FormVisitor {
    std::string text;
    base::Result<void> field(const std::string& name, const std::string& value) override {
        text += name + "=" + value + ";";
        return {};
    }
    base::Result<void> file_begin(const std::string& name, const std::string& file_name,
                                  const std::string& media_type) override {
        text += name + "(" + file_name + "," + media_type + ")<";
        return {};
    }
    base::Result<void> file_bytes(std::string_view bytes) override {
        text += bytes;
        return {};
    }
    base::Result<void> file_end() override {
        text += ">;";
        return {};
    }
};

struct Read {
    bool good = true;
    std::string story;
    bool operator==(const Read&) const = default;
};

Read read(std::string_view body, const std::function<std::size_t()>& next_size) {
    Story story;
    MultipartReader reader("XX", story, {.parts = 4, .header_bytes = 200, .field_bytes = 50, .preamble_bytes = 20});
    while (!body.empty()) {
        const std::size_t size = std::min(next_size(), body.size());
        if (!reader.put(body.substr(0, size))) return {false, {}};
        body.remove_prefix(size);
    }
    if (!reader.finish()) return {false, {}};
    return {true, story.text};
}

Read read_whole(std::string_view body) {
    return read(body, [&] { return body.size(); });
}

const std::string field_head = "Content-Disposition: form-data; name=\"a\"\r\n\r\n";
const std::string file_head =
    "content-disposition: form-data; name=file; filename=\"v\xC3\xA4.mp4\"\r\n"
    "Content-Type: video/mp4; x=y\r\n\r\n";

}  // namespace

TEST(Multipart, ReadsFieldsAndFiles) {
    const std::string body = "--XX\r\n" + field_head + "one\r\n--XX  \r\n" + file_head +
                             "\r\n--X\r\n--\r-\r\n\r\n--XX--\r\nepilogue --XX\r\n";
    EXPECT_EQ(read_whole(body), (Read{true, "a=one;file(v\xC3\xA4.mp4,video/mp4)<\r\n--X\r\n--\r-\r\n>;"}));
    EXPECT_EQ(read_whole("preamble\r\n--XX\r\n" + field_head + "\r\n--XX--"), (Read{true, "a=;"}));
    EXPECT_EQ(read_whole("--XX--"), (Read{true, ""})) << "a form of nothing";
}

TEST(Multipart, RefusesWhatIsNoForm) {
    const std::string good = "--XX\r\n" + field_head + "one\r\n--XX--";
    ASSERT_TRUE(read_whole(good).good);
    EXPECT_FALSE(read_whole(good.substr(0, good.size() - 2)).good) << "no end";
    EXPECT_FALSE(read_whole("--XX\r\nContent-Type: a/b\r\n\r\none\r\n--XX--").good) << "no name";
    EXPECT_FALSE(read_whole("--XX\r\n\r\n\r\none\r\n--XX--").good) << "no header";
    EXPECT_FALSE(read_whole("--XXY\r\n" + field_head + "one\r\n--XX--").good) << "another delimiter";
    EXPECT_FALSE(read_whole("--XX\r\n" + field_head + std::string(51, 'x') + "\r\n--XX--").good) << "field too long";
    EXPECT_TRUE(read_whole("--XX\r\n" + field_head + std::string(50, 'x') + "\r\n--XX--").good);
    EXPECT_FALSE(read_whole(std::string(30, 'x') + "\r\n" + good).good) << "preamble too long";
    EXPECT_FALSE(read_whole("--XX\r\nX: " + std::string(200, 'x') + "\r\n" + good.substr(6)).good) << "header too long";
    EXPECT_FALSE(read_whole("--XX\r\nContent-Transfer-Encoding: base64\r\n" + good.substr(6)).good);
    EXPECT_FALSE(read_whole("--XX\r\n" + field_head.substr(0, field_head.size() - 2) + good.substr(6)).good) << "twice";
    EXPECT_FALSE(read_whole("--XX\r\n" + field_head + "\xFF\r\n--XX--").good) << "no UTF-8";
    std::string many;
    for (int i = 0; i < 5; ++i)
        many += "--XX\r\n" + field_head + "one\r\n";
    EXPECT_FALSE(read_whole(many + "--XX--").good) << "too many parts";
}

// A grammar of fragments that forms are made of and that break them; every way of cutting must read the same.
TEST(Multipart, AnyPiecesReadTheSame) {
    const std::string fragments[] = {"--XX\r\n",
                                     "\r\n--XX",
                                     "\r\n--XX\r\n",
                                     "\r\n--XX--",
                                     field_head,
                                     file_head,
                                     "\r\n",
                                     "--",
                                     "\r\n\r\n",
                                     "XX",
                                     "-",
                                     "text",
                                     "\r",
                                     " \t",
                                     std::string(60, 'y'),
                                     "X: " + std::string(150, 'z') + "\r\n"};
    base::SeededRandom random(4);
    int good = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string body = round % 2 == 0 ? "--XX\r\n" + field_head : "";
        for (std::uint64_t count = random.below(9); count > 0; --count)
            body += fragments[random.below(std::size(fragments))];
        if (round % 3 != 0) body += "\r\n--XX--\r\n";
        const Read whole = read_whole(body);
        good += whole.good ? 1 : 0;
        ASSERT_EQ(read(body, [] { return 1; }), whole) << body;
        ASSERT_EQ(read(body, [&] { return random.below(12) + 1; }), whole) << body;
    }
    EXPECT_GT(good, 300);
}

TEST(Multipart, ReadsTheBoundary) {
    EXPECT_EQ(parse_boundary("multipart/form-data; boundary=----WebKit7").value(), "----WebKit7");
    EXPECT_EQ(parse_boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").value(), "a b");
    EXPECT_EQ(parse_boundary("application/json").error().code, base::ErrorCode::content_type_refused);
    for (const char* type : {"multipart/form-data", "multipart/form-data; boundary=\"\"",
                             "multipart/form-data; boundary=\"a\\\"\"", "multipart/form-data; boundary=\"a \""})
        EXPECT_EQ(parse_boundary(type).error().code, base::ErrorCode::request_malformed) << type;
    EXPECT_FALSE(parse_boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}

}  // namespace upload
