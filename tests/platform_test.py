"""The platform's fixed points, from outside: a real client over a real socket, the openai package, a tus client."""

import json
import socket
import stat
import subprocess
import sys

import openai
import pytest
import requests
from platform_process import Client, Platform, Process, running, wait_until
from program import MEDIA, TALK, TESTS, UTTERANCE, UTTERANCE_WORDS, transcribe, words
from tusclient import client as tus


NOISE = MEDIA / "noise"


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("data")) as started:
        yield started


@pytest.fixture(scope="module")
def client(platform):
    return platform.client


@pytest.fixture(scope="module")
def done(client):
    """A session of TALK that has completed."""
    return client.wait_ended(client.upload(TALK, title="A talk")["id"])


def problem(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code and body["status"] == status and body["title"] and body["correlation_id"], body
    return body


# ---- The first start


def test_the_administrators_key_is_kept_for_its_owner_alone(platform):
    path = platform.data / "admin.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert platform.client.get("/v1/sessions").status_code == 200


def test_the_key_is_printed_once(tmp_path):
    with running(tmp_path) as first:
        assert any(first.key in line for line in first.lines)
        first.stop()
    with running(tmp_path) as second:
        assert not any(first.key in line for line in second.lines)
        assert second.key == first.key
        assert second.client.get("/v1/sessions").status_code == 200


def test_probes_and_metrics_need_no_key(platform):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert requests.get(platform.url + path, timeout=10).status_code == 200
    text = requests.get(platform.url + "/metrics", timeout=10).text
    for name in ("transcription_duration_seconds", "transcriptions_completed_total", "transcription_errors_total", "queue_length",
                 "video_duration_minutes"):
        assert name in text, name


def test_sigterm_ends_it_in_order(tmp_path):
    with running(tmp_path) as started:
        assert started.stop() == 0


# ---- Speakers


@pytest.fixture(scope="module")
def talk_of_two(tmp_path_factory):
    path = tmp_path_factory.mktemp("two") / "two.flac"
    parts = [MEDIA / "speech/ljspeech/LJ001-0004.flac", MEDIA / "speech/jfk/jfk.mp3"]
    joined = "[0]aresample=16000,aformat=channel_layouts=mono[a];[1]aresample=16000,aformat=channel_layouts=mono[b];[a][b]concat=n=2:v=0:a=1"
    subprocess.run(["ffmpeg", "-v", "error", "-i", parts[0], "-i", parts[1], "-filter_complex", joined, path], check=True)
    return path


def test_speakers_are_those_of_the_command_line_and_named_in_one_place(client, talk_of_two):
    session = client.wait_ended(client.upload(talk_of_two, speakers="2")["id"])
    assert session["status"] == "completed" and session["speakers"] == "2", session
    transcript = f"/v1/sessions/{session['id']}/transcript"
    assert client.get(f"{transcript}?format=json").text == transcribe(talk_of_two, "--speakers", "2", "--format", "json").stdout
    speakers = f"/v1/sessions/{session['id']}/speakers"
    answer = client.get(speakers)
    assert [speaker["label"] for speaker in answer.json()["data"]] == ["S1", "S2"]
    named = client.request("PATCH", speakers, json={"S2": "John Kennedy"}, headers={"If-Match": answer.headers["ETag"]})
    assert named.status_code == 200, named.text
    assert "<v John Kennedy>" in client.get(f"{transcript}?format=vtt").text
    assert "\nJohn Kennedy: " in client.get(f"{transcript}?format=txt").text
    assert [found["id"] for found in client.get("/v1/sessions?q=kennedy").json()["data"]] == [session["id"]]


def test_speakers_that_cannot_be_are_told(client):
    problem(client.post("/v1/sessions", json={"speakers": "two"}), 400, "invalid_argument")


def test_a_voice_that_was_named_is_known_in_the_next_video_if_the_tenant_wants_it(tmp_path):
    def stretch(source, name, *cut):
        subprocess.run(["ffmpeg", "-v", "error", "-i", MEDIA / source, *cut, tmp_path / name], check=True)
        return tmp_path / name

    reader = "speech/librispeech_derived/long_1998.opus"
    first, second = stretch(reader, "first.flac", "-t", "20"), stretch(reader, "second.flac", "-ss", "30", "-t", "20")
    stranger = stretch("speech/jfk/jfk.mp3", "stranger.flac")
    with running(tmp_path / "data") as platform:
        client = platform.client

        def speakers_of(video):
            session = client.wait_ended(client.upload(video, speakers="1")["id"])
            assert session["status"] == "completed", session
            return f"/v1/sessions/{session['id']}/speakers"

        def name(speakers, **names):
            etag = client.get(speakers).headers["ETag"]
            assert client.request("PATCH", speakers, json=names, headers={"If-Match": etag}).status_code == 200

        unwanted = speakers_of(first)
        name(unwanted, S1="Nobody")
        assert client.request("PUT", "/v1/voices", json={"remember": True}).json() == {"remember": True}
        named = speakers_of(first)
        assert client.get(named).json()["data"][0]["name"] is None
        name(named, S1="Ada Lovelace")
        (voice,) = wait_until(lambda: client.get("/v1/voices").json()["data"])
        assert voice["name"] == "Ada Lovelace" and voice["sessions"] == 1
        viewer = Client(platform.url, client.post("/v1/api-keys", json={"name": "viewer", "role": "viewer", "scopes": ["*"]}).json()["key"])
        problem(viewer.get("/v1/voices"), 403, "forbidden")

        guessed = speakers_of(second)
        (speaker,) = client.get(guessed).json()["data"]
        assert speaker["name"] == "Ada Lovelace" and speaker["voice"]["id"] == voice["id"] and speaker["voice"]["similarity"] >= 0.85
        transcript = guessed.replace("speakers", "transcript")
        assert client.get(f"{transcript}?format=json").json()["segments"][0]["speaker"] == "Ada Lovelace"
        (other,) = client.get(speakers_of(stranger)).json()["data"]
        assert other["name"] is None and other["voice"] is None
        name(guessed, S1="Grace Hopper")
        assert client.get(guessed).json()["data"][0]["voice"] is None
        wait_until(lambda: len(client.get("/v1/voices").json()["data"]) == 2)

        assert client.request("PUT", "/v1/voices", json={"remember": False}).status_code == 200
        assert client.get("/v1/voices").json() == {"remember": False, "data": [], "next_cursor": None}
        assert client.get(speakers_of(second)).json()["data"][0]["name"] is None


# ---- From upload to transcript


def test_a_session_says_what_happens_to_its_video(client, done):
    assert done["status"] == "completed" and done["progress"] == 1 and done["title"] == "A talk" and done["error"] is None


@pytest.mark.parametrize("format", ["json", "txt", "srt", "vtt"])
def test_the_transcript_is_that_of_the_command_line(client, done, format):
    answer = client.transcript(done["id"], format)
    assert answer.content == transcribe(TALK, "--format", format).stdout.encode()


def test_json_first_then_the_video(client):
    made = client.post("/v1/sessions", json={"title": "Later"})
    assert made.status_code == 201 and made.json()["status"] == "uploading"
    session_id = made.json()["id"]
    sent = client.request("PUT", f"/v1/sessions/{session_id}/video", data=UTTERANCE.read_bytes(), headers={"Content-Type": "audio/flac"})
    assert sent.status_code == 202, sent.text
    assert client.wait_ended(session_id)["status"] == "completed"
    assert words(client.transcript(session_id).text) == UTTERANCE_WORDS.split()


def test_the_video_comes_back_whole_and_in_ranges(client, done):
    path = f"/v1/sessions/{done['id']}/video"
    content = TALK.read_bytes()
    assert client.get(path).content == content
    part = client.get(path, headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206 and part.content == content[1000:2000]
    assert client.get(path, headers={"Range": f"bytes={len(content)}-"}).status_code == 416


def test_media_without_speech_completes_empty(client):
    silent = sorted(path for path in NOISE.rglob("*") if path.suffix in (".wav", ".flac", ".mp3", ".ogg"))[0]
    session = client.wait_ended(client.upload(silent)["id"])
    assert session["status"] == "completed"
    assert client.transcript(session["id"]).text.strip() == ""


def test_a_text_file_fails_with_its_code(client, tmp_path):
    path = tmp_path / "talk.mp4"
    path.write_text("this is no video\n" * 100)
    session = client.wait_ended(client.upload(path)["id"])
    assert session["status"] == "failed" and session["error"]["code"] == "media_unrecognised"


def test_tus_uploads_in_pieces(platform, client):
    uploader = tus.TusClient(platform.url + "/v1/uploads", headers={"Authorization": f"Bearer {platform.key}"})
    upload = uploader.uploader(str(TALK), chunk_size=20_000, metadata={"filename": "talk.mp4", "title": "In pieces", "speakers": "auto"})
    upload.upload()
    found = wait_until(lambda: [s for s in client.get("/v1/sessions").json()["data"] if s["title"] == "In pieces"])
    session = client.wait_ended(found[0]["id"])
    assert session["status"] == "completed" and session["speakers"] == "auto"
    assert [speaker["label"] for speaker in client.get(f"/v1/sessions/{session['id']}/speakers").json()["data"]] == ["S1"]


def test_tus_of_a_client_that_can_only_post(client):
    tus = {"Tus-Resumable": "1.0.0"}
    made = client.post("/v1/uploads", headers={**tus, "Upload-Length": "10"})
    place, session = made.headers["Location"], made.headers["X-Session-Id"]
    send = {**tus, "X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert client.post(place, headers=send, data=b"hello").headers["Upload-Offset"] == "5"
    assert client.post(place, headers={**tus, "X-HTTP-Method-Override": "HEAD"}).headers["Upload-Offset"] == "5"
    assert client.post(place, headers={**tus, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    ended = client.wait_ended(session)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "upload_gone")


def test_tus_refuses_a_wrong_offset_and_goes_on(platform, client):
    content = UTTERANCE.read_bytes()
    headers = {"Tus-Resumable": "1.0.0"}
    made = client.post("/v1/uploads", headers={**headers, "Upload-Length": str(len(content))})
    assert made.status_code == 201
    path = made.headers["Location"].removeprefix(platform.url)
    patch = {**headers, "Content-Type": "application/offset+octet-stream"}
    assert client.request("PATCH", path, data=content[:100], headers={**patch, "Upload-Offset": "0"}).status_code == 204
    assert client.request("PATCH", path, data=content[:100], headers={**patch, "Upload-Offset": "7"}).status_code == 409
    assert client.request("HEAD", path, headers=headers).headers["Upload-Offset"] == "100"
    rest = client.request("PATCH", path, data=content[100:], headers={**patch, "Upload-Offset": "100"})
    assert rest.status_code == 204 and rest.headers["Upload-Offset"] == str(len(content))


# ---- OpenAI's clients


@pytest.fixture(scope="module")
def openai_client(platform):
    return openai.OpenAI(api_key=platform.key, base_url=platform.url + "/v1", max_retries=0)


def test_openai_json(openai_client):
    with open(UTTERANCE, "rb") as file:
        answer = openai_client.audio.transcriptions.create(model="whisper-1", file=file)
    assert words(answer.text) == UTTERANCE_WORDS.split()


@pytest.mark.parametrize("format", ["text", "srt", "vtt"])
def test_openai_texts(openai_client, format):
    with open(UTTERANCE, "rb") as file:
        answer = openai_client.audio.transcriptions.create(model="whisper-1", file=file, response_format=format)
    assert answer == transcribe(UTTERANCE, "--format", "txt" if format == "text" else format).stdout


def test_openai_verbose_json(openai_client):
    with open(UTTERANCE, "rb") as file:
        answer = openai_client.audio.transcriptions.create(model="whisper-1", file=file, response_format="verbose_json",
                                                              timestamp_granularities=["segment", "word"])
    assert answer.language == "english" and answer.duration > 0 and answer.segments[0].end > answer.segments[0].start
    assert " ".join(word.word for word in answer.words) == answer.text
    assert all(word.end > word.start for word in answer.words) and answer.words[-1].end <= answer.segments[-1].end


def test_openai_models(openai_client):
    assert "moonshine-tiny-en" in [model.id for model in openai_client.models.list()]


def test_openai_errors(openai_client, platform):
    with pytest.raises(openai.BadRequestError):
        openai_client.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"no sound"), response_format="yaml")
    stranger = openai.OpenAI(api_key="vt_nothing", base_url=platform.url + "/v1", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()


# ---- What a request may and may not


def test_nothing_without_a_key(platform):
    problem(requests.get(platform.url + "/v1/sessions", timeout=10), 401, "unauthenticated")


def test_unknown_things_are_not_found(client):
    problem(client.get("/v1/sessions/019ab000-0000-7000-8000-000000000000"), 404, "not_found")
    problem(client.get("/v1/nothing"), 404, "not_found")
    problem(client.request("DELETE", "/v1/sessions"), 405, "method_not_allowed")


def test_unknown_fields_are_refused(client):
    problem(client.post("/v1/sessions", json={"titel": "x"}), 400, "unknown_field")
    problem(client.post("/v1/sessions", data="{", headers={"Content-Type": "application/json"}), 400, "json_malformed")


def test_an_idempotency_key_makes_one_session(client):
    headers = {"Idempotency-Key": "one-session"}
    first = client.post("/v1/sessions", json={"title": "Once"}, headers=headers)
    again = client.post("/v1/sessions", json={"title": "Once"}, headers=headers)
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    problem(client.post("/v1/sessions", json={"title": "Twice"}, headers=headers), 422, "idempotency_mismatch")


def test_lists_are_paged_to_their_end(client):
    made = {client.post("/v1/sessions", json={"title": f"Page {i}"}).json()["id"] for i in range(5)}
    seen, cursor = set(), None
    while True:
        page = client.get("/v1/sessions", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["data"]) <= 2
        assert not seen & {session["id"] for session in page["data"]}
        seen |= {session["id"] for session in page["data"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert made <= seen


def test_search_finds_title_and_text(client, done):
    word = sorted(words(client.transcript(done["id"]).text), key=len)[-1]
    for query in ("talk", word):
        assert done["id"] in [session["id"] for session in client.get("/v1/sessions", params={"q": query}).json()["data"]]
    assert client.get("/v1/sessions", params={"q": "xylophonist"}).json()["data"] == []


def test_edits_make_versions_and_mind_each_other(client):
    session = client.wait_ended(client.upload(UTTERANCE)["id"])
    path = f"/v1/sessions/{session['id']}/transcript"
    read = client.get(path)
    segments = [{"start": s["start"], "end": s["end"], "text": "Edited."} for s in read.json()["segments"]]
    problem(client.request("PUT", path, json={"segments": segments}), 428, "precondition_required")
    edited = client.request("PUT", path, json={"segments": segments}, headers={"If-Match": read.headers["ETag"]})
    assert edited.status_code in (200, 201), edited.text
    problem(client.request("PUT", path, json={"segments": segments}, headers={"If-Match": read.headers["ETag"]}), 412,
            "precondition_failed")
    assert client.transcript(session["id"]).text.strip() == "Edited."
    assert len(client.get(path + "/versions").json()["data"]) == 2


def test_transcripts_are_reworded_on_request(client):
    session = client.wait_ended(client.upload(UTTERANCE)["id"])
    path = f"/v1/sessions/{session['id']}/transcript"
    read = client.get(path)
    segments = [{"start": s["start"], "end": s["end"], "text": "Twenty one bastards."} for s in read.json()["segments"]]
    assert client.request("PUT", path, json={"segments": segments}, headers={"If-Match": read.headers["ETag"]}).status_code < 300
    reworded = client.get(path, params={"format": "txt", "figures": "true", "mask_profanity": "true"})
    assert reworded.text.strip() == "21 b*******."
    assert client.transcript(session["id"]).text.strip() == "Twenty one bastards.", "what is kept is what was said"
    problem(client.get(path, params={"figures": "perhaps"}), 400, "invalid_argument")
    made = client.post(f"/v1/sessions/{session['id']}/exports", json={"format": "txt", "figures": True}).json()
    assert made["figures"] is True and made["mask_profanity"] is False
    wait_until(lambda: client.get(f"/v1/exports/{made['id']}").json()["status"] == "completed")
    assert client.get(f"/v1/exports/{made['id']}/content").text.strip() == "21 bastards."


def test_a_key_without_the_scope_is_forbidden(client, platform):
    made = client.post("/v1/api-keys", json={"name": "reader", "scopes": ["sessions:read"]})
    assert made.status_code == 201, made.text
    reader = Client(platform.url, made.json()["key"])
    assert reader.get("/v1/sessions").status_code == 200
    problem(reader.post("/v1/sessions", json={}), 403, "forbidden")


def test_cancel_retry_and_delete(client):
    session = client.upload(TALK)
    assert client.post(f"/v1/sessions/{session['id']}/cancel").status_code in (200, 202)
    ended = client.wait_ended(session["id"])
    assert ended["status"] in ("cancelled", "completed")
    if ended["status"] == "cancelled":
        assert client.post(f"/v1/sessions/{session['id']}/retry", json={}).status_code == 202
        assert client.wait_ended(session["id"])["status"] == "completed"
    assert client.request("DELETE", f"/v1/sessions/{session['id']}").status_code == 204
    problem(client.get(f"/v1/sessions/{session['id']}"), 404, "not_found")


def test_an_analysis_comes_by_itself(client, done):
    path = f"/v1/sessions/{done['id']}/analysis"
    answer = wait_until(lambda: client.get(path) if client.get(path).status_code == 200 else None)
    assert answer.json()["statistics"]["words"] > 0


def test_an_export_is_made_and_kept(client, done):
    made = client.post(f"/v1/sessions/{done['id']}/exports", json={"format": "srt"})
    assert made.status_code == 202, made.text
    path = f"/v1/exports/{made.json()['id']}"
    wait_until(lambda: client.get(path).json()["status"] == "completed")
    assert client.get(path + "/content").content == client.transcript(done["id"], "srt").content


# ---- Events


def sse(answer, count):
    """The first events of a stream."""
    events, event = [], {}
    for line in answer.iter_lines(decode_unicode=True):
        if line == "":
            if "data" in event:
                events.append(event)
            event = {}
            if len(events) == count:
                break
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value
    answer.close()
    return events


def test_events_are_replayed_after_the_last_seen(client, done):
    path = f"/v1/sessions/{done['id']}/events"
    first = sse(client.get(path, stream=True), 3)
    again = sse(client.get(path, stream=True, headers={"Last-Event-ID": first[0]["id"]}), 2)
    assert [event["id"] for event in again] == [event["id"] for event in first[1:3]]
    assert json.loads(first[0]["data"])["type"] == first[0]["event"]


# ---- Bad luck at the start


def refused_start(data, *arguments, **options):
    process = Process(data, *arguments, **options)
    assert process.wait_exit() == 1
    return process.lines[-1]


def test_a_port_in_use_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "unavailable" in refused_start(tmp_path, listen=f"127.0.0.1:{taken.getsockname()[1]}")


def test_an_unknown_configuration_key_is_told(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text("[server]\nlisen = '127.0.0.1:0'\n")
    assert "server.listen" in refused_start(tmp_path / "data", "--config", str(config))


def test_a_damaged_database_is_told_and_left_alone(tmp_path):
    with running(tmp_path) as started:
        started.stop()
    database = tmp_path / "store.db"
    damaged = b"x" * 4096 + database.read_bytes()[4096:]
    database.write_bytes(damaged)
    assert "database_corrupt" in refused_start(tmp_path)
    assert database.read_bytes() == damaged


def test_an_unknown_service_is_told(tmp_path):
    assert "configuration_invalid" in refused_start(tmp_path, "--services", "gatewey")


def test_a_flipped_bit_in_a_blob_is_never_served(tmp_path):
    with running(tmp_path) as started:
        session = started.client.wait_ended(started.client.upload(TALK)["id"])
        started.stop()
    needle = TALK.read_bytes()[5000:5064]
    flipped = 0
    for path in (tmp_path / "blobs").rglob("*"):
        if path.is_file() and needle in path.read_bytes():
            content = bytearray(path.read_bytes())
            content[content.index(needle) + 10] ^= 1
            path.write_bytes(content)
            flipped += 1
    assert flipped == 1
    with running(tmp_path) as started:
        try:
            answer = started.client.get(f"/v1/sessions/{session['id']}/video")
            assert answer.status_code == 500 and answer.json()["code"] == "blob_corrupt"
        except requests.exceptions.ConnectionError:
            pass  # cut in the middle: nobody takes half an answer for a whole one


def test_a_full_disk_loses_nothing_and_is_told(tmp_path):
    script = f"mount -t tmpfs -o size=64m none {tmp_path} && exec {sys.executable} -B {TESTS}/full_disk.py {tmp_path}"
    result = subprocess.run(["unshare", "--mount", "--map-root-user", "sh", "-c", script], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr


# ---- Crashes


def test_kill_and_restart_go_on_where_it_was(tmp_path):
    expected = transcribe(TALK).stdout
    platform = Platform(tmp_path)
    session_id = platform.client.upload(TALK)["id"]
    platform.kill()
    with running(tmp_path) as again:
        assert again.client.wait_ended(session_id)["status"] == "completed"
        assert again.client.transcript(session_id).text == expected
