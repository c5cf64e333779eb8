#include "simulation/clients.hpp"

#include <utility>

#include "simulation/fakes.hpp"

namespace simulation {
namespace {

constexpr int most_videos = 7;
constexpr int most_tries = 50;
constexpr int steps_between_tries = 30;

std::string path_of(const Video& video, const std::string& what = "") {
    return "/v1/sessions/" + video.id + what;
}

bool wants_speakers(int number) {
    return number % 2 == 0;
}

runtime::Request form_of(int sentences, int number) {
    return {.method = "POST",
            .target = "/v1/sessions",
            .headers = {{"Content-Type", "multipart/form-data; boundary=X"},
                        {"Idempotency-Key", "upload-" + std::to_string(number)}},
            .body = "--X\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nVideo " + std::to_string(number) +
                    "\r\n--X\r\nContent-Disposition: form-data; name=\"speakers\"\r\n\r\n" +
                    (wants_speakers(number) ? "auto" : "none") +
                    "\r\n--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\n"
                    "Content-Type: video/mp4\r\n\r\n" +
                    video_of(sentences) + "\r\n--X--\r\n"};
}

runtime::Request json_request(std::string method, std::string target, std::string body = {},
                              runtime::Headers headers = {}) {
    if (!body.empty()) headers.set("Content-Type", "application/json");
    return {.method = std::move(method),
            .target = std::move(target),
            .headers = std::move(headers),
            .body = std::move(body)};
}

}  // namespace

// A server's fault passes: the platform goes on meanwhile.
runtime::ClientResponse Clients::ask(const std::string& service, const runtime::Request& request) {
    for (int tries = 1;; ++tries) {
        auto answer = platform_.call(service, request);
        if (answer.status < 500 || tries == most_tries) {
            log_ += "client " + request.method + " " + request.target + " " + std::to_string(answer.status) + "\n";
            return answer;
        }
        for (int step = 0; step < steps_between_tries; ++step)
            platform_.step();
    }
}

void Clients::act() {
    if (videos_.empty() || (uploads_ < most_videos && chance_.below(3) == 0)) return upload();
    Video& video = videos_[chance_.below(videos_.size())];
    if (video.deleted) return;
    switch (chance_.below(8)) {
        case 0:
            return cancel(video);
        case 1:
        case 2:
            return retry(video);
        case 3:
            return edit(video);
        case 4:
            return order_export(video);
        case 5:
            return chance_.below(3) == 0 ? remove(video) : void();
        default:
            return;
    }
}

void Clients::upload() {
    const int sentences = 1 + static_cast<int>(chance_.below(3));
    const auto answer = ask("upload", form_of(sentences, ++uploads_));
    const auto json = base::parse_json(answer.body);
    const base::Json* id = json ? json->member("id") : nullptr;
    if (answer.status == 202 && id != nullptr)
        videos_.push_back({.id = *id->text(), .sentences = sentences, .with_speakers = wants_speakers(uploads_)});
}

void Clients::cancel(Video& video) {
    if (ask("session", json_request("POST", path_of(video, "/cancel"))).status == 200) video.may_be_cancelled = true;
}

void Clients::retry(Video& video) {
    const auto answer = ask("session", json_request("POST", path_of(video, "/retry"), "{}"));
    if (answer.status != 202) return;
    video.may_be_cancelled = false;
    video.edited.clear();
}

void Clients::edit(Video& video) {
    const auto read = ask("session", {.target = path_of(video, "/transcript")});
    if (read.status != 200) return;
    const std::string text = "Edited " + std::to_string(chance_.below(1000)) + ".";
    runtime::Headers match{{"If-Match", std::string(read.headers.find("ETag").value_or(""))}};
    const auto answer = ask(
        "session", json_request("PUT", path_of(video, "/transcript"),
                                R"({"segments":[{"start":0.5,"end":2,"text":")" + text + "\"}]}", std::move(match)));
    if (answer.status < 300) video.edited = text;
}

void Clients::order_export(Video& video) {
    ask("exporting", json_request("POST", path_of(video, "/exports"), R"({"format":"srt"})"));
}

void Clients::remove(Video& video) {
    const auto status = ask("session", json_request("DELETE", path_of(video))).status;
    if (status == 204 || status == 404) video.deleted = true;
}

}  // namespace simulation
