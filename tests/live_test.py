"""Live transcription from outside: a client of other people's making (websockets) over real sockets, the gateway and the
transcription service in one process and in two. Audio is cut at random; the seed is printed, VT_SEED repeats a run."""

import contextlib
import json
import os
import random
import socket
import struct
import subprocess
import threading
import time
import wave

import pytest
import requests
from platform_process import Client, Process, free_port, running, wait_until
from program import LONG, PROGRAM, UTTERANCE, transcribe
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

RATE = 16000
WORDS = ["postmortem", "practitioner is in doubt"]  # the plain model hears neither
START = {"type": "start", "sample_rate": RATE, "encoding": "pcm_s16le", "channels": 1, "language": "en"}


def decoded(path, seconds=None, rate=RATE, encoding="s16le"):
    limit = ["-t", str(seconds)] if seconds else []
    command = ["ffmpeg", "-v", "error", "-i", path, *limit, "-ac", "1", "-ar", str(rate), "-f", encoding, "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples)
    return path


def open_stream(url, key, **options):
    options.setdefault("additional_headers", {"Authorization": f"Bearer {key}"})
    return connect(url.replace("http", "ws", 1) + "/v1/stream", open_timeout=60, max_size=None, **options)


def send_in_pieces(stream, audio, largest, seed=1):
    pieces = random.Random(seed)
    while audio:
        size = pieces.randint(1, largest)
        stream.send(audio[:size])
        audio = audio[size:]


def read_all(stream):
    """Every message until the stream is closed, and the code of the close."""
    messages = []
    try:
        while True:
            messages.append(json.loads(stream.recv(timeout=120)))
    except ConnectionClosed as closed:
        return messages, closed.rcvd.code if closed.rcvd else None


def stream_all(url, key, audio, start=START, largest=20_000, seed=1):
    """All of the audio as fast as it is taken; what was told, and the code of the close."""
    with open_stream(url, key) as stream:
        told = []
        reader = threading.Thread(target=lambda: told.append(read_all(stream)))
        reader.start()
        stream.send(json.dumps(start))
        send_in_pieces(stream, audio, largest, seed)
        stream.send(json.dumps({"type": "finish"}))
        reader.join(timeout=180)
        return told[0]


def refusal(target, start):
    """What a stream is told whose first message is refused, and the code of the close."""
    with open_stream(target.url, target.key) as stream:
        stream.send(start)
        return read_all(stream)


def of_type(messages, kind):
    return [message for message in messages if message["type"] == kind]


def code_of(messages):
    return of_type(messages, "error")[-1]["problem"]["code"]


class Split:
    """The gateway (with all but transcription) and transcription, each in a process of its own."""

    def __init__(self, data, upload_elsewhere=None, **options):
        self.data, self.meshes = data, {"door": free_port(), "engine": free_port()}
        ports = dict.fromkeys(["auth", "session", "upload", "analysis", "exporting", "notification"], self.meshes["door"])
        ports |= {"transcription": self.meshes["engine"]} | ({"upload": upload_elsewhere} if upload_elsewhere else {})
        peers = ",".join(f"{name}=http://127.0.0.1:{port}" for name, port in ports.items())
        self.options = {"mesh.peers": peers, "log.level": "warning", "upload.recording_expires": "20s", "transcription.live_idle_time": "9s", **options}
        self.door_services = ",".join(["gateway", *(name for name, port in ports.items() if port == self.meshes["door"])])
        self.start_door()
        self.restart_engine()

    def start(self, name, services):
        options = {**self.options, "mesh.listen": f"127.0.0.1:{self.meshes[name]}"}
        return Process(self.data, "--services", services, options=options).wait_listening()

    def start_door(self):
        self.door = self.start("door", self.door_services)
        self.url = self.door.url
        self.key = (self.data / "admin.key").read_text().strip()
        self.client = Client(self.url, self.key)

    def restart_engine(self):
        self.engine = self.start("engine", "transcription")
        wait_until(lambda: self.client.get("/v1/models").status_code == 200)

    def stop(self):
        for process in (self.door, self.engine):
            with contextlib.suppress(ProcessLookupError):
                process.kill()


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("live"), options={"transcription.live_idle_time": "5s"}) as platform:
        yield platform


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    split = Split(tmp_path_factory.mktemp("split"))
    yield split
    split.stop()


@pytest.fixture(scope="module")
def talk():
    return decoded(LONG, 60)


@pytest.fixture(scope="module")
def written(talk, tmp_path_factory):
    """What the command line makes of the same samples."""
    path = write_wav(tmp_path_factory.mktemp("talk") / "talk.wav", talk)
    return json.loads(transcribe(path, "--format", "json", "--quiet").stdout)


@pytest.fixture(scope="module")
def listening(talk, tmp_path_factory):
    """The same with words to listen for."""
    folder = tmp_path_factory.mktemp("listening")
    (folder / "words").write_text("\n".join(WORDS))
    path = write_wav(folder / "talk.wav", talk)
    heard = json.loads(transcribe(path, "--format", "json", "--quiet", "--vocabulary", folder / "words").stdout)
    assert all(word in heard["text"] for word in WORDS)
    return heard


def texts_of(messages):
    return [final["text"] for final in of_type(messages, "final") if final["text"]]


def texts_of_file(transcript):
    return [segment["text"] for segment in transcript["segments"]]


@pytest.mark.parametrize("where,vocabulary", [("platform", None), ("split", None), ("platform", WORDS), ("split", ", ".join(WORDS))])
def test_finals_are_the_transcript_of_the_file(where, vocabulary, talk, request):
    target = request.getfixturevalue(where)
    written = request.getfixturevalue("listening" if vocabulary else "written")
    seed = int(os.environ.get("VT_SEED", random.randrange(1_000_000)))
    print("VT_SEED =", seed)
    start = {**START, "vocabulary": vocabulary} if vocabulary else START
    messages, closed = stream_all(target.url, target.key, talk, start, largest=random.Random(seed).choice([300, 4_000, 100_000]), seed=seed)
    assert closed == 1000
    finals = [final for final in of_type(messages, "final") if final["text"]]
    assert [final["text"] for final in finals] == [segment["text"] for segment in written["segments"]]
    for final, segment in zip(finals, written["segments"], strict=True):
        for field in ("start", "end", "avg_logprob", "no_speech_prob"):
            assert final[field] == segment[field], field
        assert final["doubtful"] == segment.get("doubtful", [])
    assert [word for final in finals for word in final["words"]] == written["words"]
    started, done = messages[0], messages[-1]
    assert (started["type"], started["language"], started["engine"]) == ("started", "en", written["engine"])
    assert done["type"] == "done" and done["duration"] == pytest.approx(60, abs=0.01)
    assert 0 < done["delay"]["median_seconds"] <= done["delay"]["p95_seconds"]


def test_a_tenants_words_are_listened_for_unless_the_stream_says_others(platform, talk, written, listening):
    def say(words):
        assert platform.client.request("PUT", "/v1/vocabulary", json={"vocabulary": words}).status_code == 200
    say(WORDS)
    try:
        heard = stream_all(platform.url, platform.key, talk)[0]
        unasked = stream_all(platform.url, platform.key, talk, {**START, "vocabulary": []})[0]
    finally:
        say([])
    assert texts_of(heard) == texts_of_file(listening)
    assert heard[0]["engine"] == listening["engine"]
    assert texts_of(unasked) == texts_of_file(written)


def test_a_large_vocabulary_fits_and_one_too_many_is_refused(platform):
    words = [f"word {number} ".ljust(100, "x") for number in range(1000)]
    messages, closed = stream_all(platform.url, platform.key, b"", {**START, "vocabulary": words})
    assert closed == 1000
    messages, closed = refusal(platform, json.dumps({**START, "vocabulary": [*words, "one more"]}))
    assert (code_of(messages), closed) == ("invalid_argument", 1008)


def sessions_of(client):
    return [session["id"] for session in client.get("/v1/sessions?limit=100").json()["data"]]


@pytest.mark.parametrize("where,rate,encoding,name", [("platform", RATE, "s16le", "pcm_s16le"), ("split", RATE, "s16le", "pcm_s16le"),
                                                      ("platform", 8000, "mulaw", "mulaw"), ("platform", 48000, "f32le", "pcm_f32le")])
def test_a_stream_that_is_kept_is_a_session(where, rate, encoding, name, request):
    target = request.getfixturevalue(where)
    audio = decoded(LONG, 60, rate, encoding)
    start = {**START, "sample_rate": rate, "encoding": name, "keep": True, "title": "Poisons", "speakers": "auto", "vocabulary": WORDS}
    messages, closed = stream_all(target.url, target.key, audio, start)
    assert closed == 1000
    session_id = messages[-1]["session_id"]
    assert messages[0]["session_id"] == session_id
    session = target.client.wait_ended(session_id)
    assert (session["status"], session["title"], session["speakers"]) == ("completed", "Poisons", "auto"), session
    transcript = target.client.transcript(session_id, "json").json()
    assert all(word in transcript["text"] for word in WORDS) and transcript["duration"] == pytest.approx(60, abs=0.01)
    assert {segment["speaker"] for segment in transcript["segments"]} == {"S1"}
    if rate == RATE:  # else two resamplers disagree about the last bits
        assert "".join(transcript["text"].split()) == "".join("".join(texts_of(messages)).split())
    kept = target.client.get(f"/v1/sessions/{session_id}/video")
    assert kept.headers["Content-Type"] == "audio/wav" and kept.content[44:] == audio


def test_a_stream_leaves_nothing_behind_unless_it_is_asked_to(platform, talk):
    before = sessions_of(platform.client)
    videos = sorted((platform.data / "blobs").rglob("*"))
    messages, closed = stream_all(platform.url, platform.key, talk[:RATE * 2 * 10])
    assert closed == 1000 and "session_id" not in messages[0] and "session_id" not in messages[-1]
    assert sessions_of(platform.client) == before
    assert sorted((platform.data / "blobs").rglob("*")) == videos


@contextlib.contextmanager
def keeping(target, audio):
    """A stream that is kept, of which half a minute has been passed on, with its session."""
    with open_stream(target.url, target.key) as stream:
        stream.send(json.dumps({**START, "keep": True}))
        session_id = json.loads(stream.recv(timeout=30))["session_id"]
        send_in_pieces(stream, audio, 20_000)
        wait_until(lambda: json.loads(stream.recv(timeout=30)).get("end", 0) > 35)
        yield stream, session_id


@pytest.mark.parametrize("where", ["platform", "split"])
def test_what_was_heard_is_kept_when_the_client_vanishes(where, talk, request):
    target = request.getfixturevalue(where)
    with open_stream(target.url, target.key) as stream:
        stream.send(json.dumps({**START, "keep": True}))
        session_id = json.loads(stream.recv(timeout=30))["session_id"]
        send_in_pieces(stream, talk[:RATE * 2 * 20], 20_000)
        wait_until(lambda: "two duties" in json.loads(stream.recv(timeout=30)).get("text", ""))
        stream.socket.close()
    assert target.client.wait_ended(session_id)["status"] == "completed"
    assert "two duties" in target.client.transcript(session_id).text


def test_what_was_heard_is_kept_when_the_platform_is_restarted(talk, tmp_path):
    with running(tmp_path) as platform, keeping(platform, talk[:RATE * 2 * 40]) as (stream, session_id):
        platform.process.terminate()
        assert read_all(stream)[1] == 1012
        assert platform.process.wait(timeout=60) == 0
    with running(tmp_path) as platform:
        assert platform.client.wait_ended(session_id)["status"] == "completed"
        assert platform.client.transcript(session_id, "json").json()["duration"] == pytest.approx(40, abs=1)


def test_others_are_answered_while_streams_wait_for_an_upload_service_that_says_nothing(tmp_path):
    """In a row with them, a request would be answered after all nine have asked it, one after another."""
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        split = Split(tmp_path, silent.getsockname()[1], **{"server.workers": 1, "transcription.live_streams": 9})
        stack.callback(split.stop)
        for _ in range(9):
            stream = stack.enter_context(open_stream(split.url, split.key))
            stream.send(json.dumps({**START, "keep": True}))
        asked = [silent.accept()[0]]
        assert split.client.get("/v1/models").status_code == 200
        silent.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                asked.append(silent.accept()[0])
        split.stop()
        assert len(asked) < 9


def test_an_empty_stream_is_an_empty_session(platform):
    messages, closed = stream_all(platform.url, platform.key, b"", {**START, "keep": True})
    assert closed == 1000
    session_id = messages[-1]["session_id"]
    assert platform.client.wait_ended(session_id)["status"] == "completed"
    assert platform.client.transcript(session_id).text.strip() == ""


def test_a_stream_ends_with_the_session_that_keeps_it(platform, talk):
    with open_stream(platform.url, platform.key) as stream:
        stream.send(json.dumps({**START, "keep": True}))
        session_id = json.loads(stream.recv(timeout=30))["session_id"]
        assert platform.client.request("DELETE", f"/v1/sessions/{session_id}").status_code == 204
        with contextlib.suppress(ConnectionClosed):
            for _ in range(3):
                send_in_pieces(stream, talk, 100_000)
        messages, closed = read_all(stream)
    assert (code_of(messages), closed) == ("not_found", 1008)
    wait_until(lambda: not list((platform.data / "blobs").rglob(f"*{session_id}*")), 60)


def test_partials_come_while_somebody_speaks(platform):
    audio = decoded(UTTERANCE)
    with open_stream(platform.url, platform.key) as stream:
        stream.send(json.dumps(START))
        told = []
        reader = threading.Thread(target=lambda: told.append(read_all(stream)))
        reader.start()
        for at in range(0, len(audio), 3200):
            stream.send(audio[at:at + 3200])
            time.sleep(0.1)
        stream.send(json.dumps({"type": "finish"}))
        reader.join(timeout=60)
    messages, closed = told[0]
    partials = of_type(messages, "partial")
    assert closed == 1000 and partials
    assert [partial["revision"] for partial in partials] == list(range(1, len(partials) + 1))
    final = of_type(messages, "final")[0]
    assert partials[-1]["segment"] == final["segment"] == 0
    assert partials[-1]["text"].split()[0] == final["text"].split()[0]


@pytest.mark.parametrize("rate,encoding,name", [(8000, "mulaw", "mulaw"), (44100, "f32le", "pcm_f32le"), (48000, "s16le", "pcm_s16le")])
def test_rates_and_encodings(platform, rate, encoding, name):
    start = {**START, "sample_rate": rate, "encoding": name}
    messages, closed = stream_all(platform.url, platform.key, decoded(UTTERANCE, rate=rate, encoding=encoding), start)
    assert closed == 1000
    text = " ".join(final["text"] for final in of_type(messages, "final")).lower()
    assert "you thought me so silly" in text, text


def test_who_may_open_one(platform):
    plain = platform.client.get("/v1/stream")
    assert plain.status_code == 426 and plain.json()["code"] == "upgrade_required"
    assert plain.headers["Upgrade"] == "websocket"
    for headers in ({}, {"Authorization": "Bearer vt_local_default_wrong"}):
        with pytest.raises(InvalidStatus) as refused:
            open_stream(platform.url, "", additional_headers=headers)
        assert refused.value.response.status_code == 401
    made = platform.client.post("/v1/api-keys", json={"name": "reader", "scopes": ["sessions:read"]})
    assert made.status_code == 201, made.text
    with pytest.raises(InvalidStatus) as refused:
        open_stream(platform.url, made.json()["key"])
    assert refused.value.response.status_code == 403


def test_a_browser_brings_a_short_lived_key_as_a_subprotocol(platform):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
    made = platform.client.post("/v1/api-keys", json={"name": "page", "scopes": ["sessions:write"], "expires_at": soon})
    assert made.status_code == 201, made.text
    with open_stream(platform.url, "", additional_headers={}, subprotocols=["transcript.v1", "bearer." + made.json()["key"]]) as stream:
        assert stream.subprotocol == "transcript.v1"
        stream.send(json.dumps(START))
        assert json.loads(stream.recv(timeout=30))["type"] == "started"


@pytest.mark.parametrize("message,code", [("{", "json_malformed"), ('{"type":"finish"}', "conflict"), (b"\0\0", "conflict"),
                                          (json.dumps({**START, "sample_rate": 4000}), "invalid_argument"),
                                          (json.dumps({**START, "language": "fi"}), "language_unsupported"),
                                          (json.dumps({**START, "channels": 2}), "invalid_argument"),
                                          (json.dumps({**START, "speakers": "auto"}), "invalid_argument"),
                                          (json.dumps({**START, "keep": True, "speakers": "many"}), "invalid_argument"),
                                          (json.dumps({**START, "vocabulary": ["a" * 101]}), "invalid_argument"),
                                          (json.dumps({**START, "gain": 2}), "unknown_field")])
def test_a_wrong_message_is_told_and_ends_the_stream(platform, message, code):
    messages, closed = refusal(platform, message)
    assert (code_of(messages), closed) == (code, 1008)
    assert messages[-1]["problem"]["correlation_id"]


def test_a_stream_whose_session_is_refused_leaves_nothing(platform):
    before = sessions_of(platform.client)
    messages, closed = refusal(platform, json.dumps({**START, "keep": True, "title": "x" * 300}))
    assert (code_of(messages), closed) == ("invalid_argument", 1008)
    assert "title" in of_type(messages, "error")[0]["problem"]["detail"]
    assert sessions_of(platform.client) == before


def test_speakers_without_a_session_say_what_to_do(platform):
    messages, _ = refusal(platform, json.dumps({**START, "speakers": "auto"}))
    assert '"keep": true' in messages[-1]["problem"]["detail"]


def test_a_message_that_is_too_large_ends_the_stream(platform):
    with open_stream(platform.url, platform.key) as stream:
        stream.send(json.dumps(START))
        stream.send(bytes(300_000))
        messages, closed = read_all(stream)
    assert closed == 1009


def test_there_are_as_many_streams_as_room_and_places_come_back(tmp_path):
    with contextlib.ExitStack() as stack:
        platform = stack.enter_context(running(tmp_path, options={"transcription.live_streams": 3}))
        streams = [stack.enter_context(open_stream(platform.url, platform.key)) for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            open_stream(platform.url, platform.key)
        response = refused.value.response
        assert response.status_code == 503 and response.headers["Retry-After"]
        assert json.loads(response.body)["code"] == "overloaded"
        streams[0].socket.close()  # without a goodbye

        def opens():
            with contextlib.suppress(InvalidStatus):
                return stack.enter_context(open_stream(platform.url, platform.key))
        wait_until(opens)


def test_a_silent_client_is_given_up(platform):
    with open_stream(platform.url, platform.key) as stream:
        stream.send(json.dumps(START))
        messages, closed = read_all(stream)
    assert (code_of(messages), closed) == ("request_timed_out", 1008)


def test_a_client_that_does_not_read_costs_no_memory(platform, talk):
    """It never reads: what it sends is held up or its stream ends, and others go on."""
    def resident_kb():
        return int(next(line for line in open(f"/proc/{platform.pid}/status") if line.startswith("VmRSS")).split()[1])

    with open_stream(platform.url, platform.key) as stream:
        stream.send(json.dumps(START))
        before = resident_kb()
        stream.socket.settimeout(5)
        with contextlib.suppress(Exception):
            for _ in range(3):
                send_in_pieces(stream, talk, 100_000)
        assert resident_kb() - before < 100_000
    messages, closed = stream_all(platform.url, platform.key, decoded(UTTERANCE))
    assert closed == 1000 and of_type(messages, "final")


def test_an_engine_that_is_killed_is_told_and_the_gateway_lives(split, talk, written):
    with open_stream(split.url, split.key) as stream:
        stream.send(json.dumps(START))
        stream.send(talk[:RATE * 2 * 6])
        assert json.loads(stream.recv(timeout=30))["type"] == "started"
        split.engine.kill()
        messages, closed = read_all(stream)
    assert closed == 1012
    with pytest.raises(InvalidStatus) as refused:
        open_stream(split.url, split.key)
    assert refused.value.response.status_code == 503
    assert requests.get(split.url + "/healthz", timeout=10).status_code == 200
    split.restart_engine()
    messages, closed = stream_all(split.url, split.key, talk)
    assert closed == 1000
    assert [final["text"] for final in of_type(messages, "final") if final["text"]] == [segment["text"] for segment in written["segments"]]


@pytest.mark.parametrize("process,start_again", [("engine", "restart_engine"), ("door", "start_door")])
def test_what_was_passed_on_is_kept_when_a_process_is_killed(process, start_again, split, talk):
    with keeping(split, talk[:RATE * 2 * 40]) as (stream, session_id):
        getattr(split, process).kill()
        read_all(stream)
    getattr(split, start_again)()
    session = split.client.wait_ended(session_id)
    assert session["status"] == "completed", session
    assert 30 <= split.client.transcript(session_id, "json").json()["duration"] <= 40


def test_what_was_heard_is_kept_when_the_engine_is_restarted(split, talk):
    with keeping(split, talk[:RATE * 2 * 40]) as (stream, session_id):
        split.engine.process.terminate()
        assert read_all(stream)[1] == 1012
    assert split.engine.process.wait(timeout=60) == 0
    split.restart_engine()
    assert split.client.wait_ended(session_id)["status"] == "completed"
    # A sweep would find only the first piece of 30 s: the engine passed the rest on before it went.
    assert split.client.transcript(session_id, "json").json()["duration"] == pytest.approx(40, abs=1)


def test_a_restart_says_goodbye(split):
    with open_stream(split.url, split.key) as stream:
        stream.send(json.dumps(START))
        assert json.loads(stream.recv(timeout=30))["type"] == "started"
        split.engine.process.terminate()
        assert read_all(stream)[1] == 1012
    assert split.engine.process.wait(timeout=60) == 0
    split.restart_engine()
    with open_stream(split.url, split.key) as stream:
        stream.send(json.dumps(START))
        assert json.loads(stream.recv(timeout=30))["type"] == "started"
        split.door.process.terminate()
        assert read_all(stream)[1] == 1001
    assert split.door.process.wait(timeout=60) == 0


def test_what_is_sent_at_random_ends_no_process(platform):
    seed = int(os.environ.get("VT_SEED", random.randrange(1_000_000)))
    print("VT_SEED =", seed)
    source = random.Random(seed)
    for _ in range(20):
        with open_stream(platform.url, platform.key) as stream, contextlib.suppress(ConnectionClosed):
            if source.random() < 0.7:
                stream.send(json.dumps({**START, "sample_rate": source.choice([8000, 16000, 44100]), "encoding": "pcm_f32le"}))
            for _ in range(source.randint(1, 20)):
                junk = source.randbytes(source.randint(0, 5000))
                stream.send(junk if source.random() < 0.9 else junk.decode("latin-1"))
            stream.send(struct.pack("<f", float("nan")))
            stream.send(json.dumps({"type": "finish"}))
            read_all(stream)
    assert platform.process.poll() is None


def live(audio, *arguments):
    return subprocess.run([PROGRAM, "live", *arguments], input=audio, capture_output=True, timeout=300)


def test_the_command_line_listens_for_words(talk, listening, tmp_path):
    (tmp_path / "words").write_text("# names\n" + "\n".join(WORDS) + "\n")
    heard = live(talk, "--json", "--vocabulary", tmp_path / "words")
    assert heard.returncode == 0, heard.stderr
    assert texts_of([json.loads(line) for line in heard.stdout.splitlines()]) == texts_of_file(listening)
    for vocabulary, code in (("-", b"invalid_argument"), (tmp_path / "none", b"file_not_found")):
        refused = live(talk, "--vocabulary", vocabulary)
        assert code in refused.stderr and not refused.stdout


def test_the_command_line_tells_the_same(talk, written, tmp_path):
    texts = [segment["text"] for segment in written["segments"]]
    from_wav = live(write_wav(tmp_path / "talk.wav", talk).read_bytes(), "--json")
    assert from_wav.returncode == 0, from_wav.stderr
    messages = [json.loads(line) for line in from_wav.stdout.splitlines()]
    assert [final["text"] for final in of_type(messages, "final") if final["text"]] == texts
    assert messages[-1]["type"] == "done"
    raw = live(talk)
    assert [line.split("  ", 1)[1] for line in raw.stdout.decode().splitlines()] == texts


@pytest.mark.parametrize("audio,arguments,code,exit_code", [(b"", ["--rate", "5"], b"invalid_argument", 2), (b"", ["--encoding", "mp3"], b"invalid_argument", 2),
                                                           (b"", ["--language", "fi"], b"language_unsupported", 1), (b"RIFF0000WAVEdata0000", [], b"media_corrupt", 1)])
def test_the_command_line_refuses(audio, arguments, code, exit_code):
    result = live(audio, *arguments)
    assert result.returncode == exit_code and code in result.stderr, result.stderr
    assert not result.stdout


def test_the_command_line_without_audio_says_nothing():
    result = live(b"")
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
