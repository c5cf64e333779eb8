"""`make bench-live`: how long the speakers of live streams wait for their text; a Markdown report on standard output. Audio of a
few files goes over the socket at the pace of speech, in pieces of 100 ms, one stream and several at once, and beside a batch
of videos. The delay is measured twice: by the platform itself for every 32 ms of speech (from their arrival to the first
text that was recognised with them), and by the client for every word (from its end in the audio to the first text that was
recognised with all of it).
Everything runs on loopback, on whatever else the machine is doing: compare figures of one run only."""

import argparse
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from platform_process import Platform  # noqa: E402
from program import LONG, MEDIA  # noqa: E402
from websockets.exceptions import ConnectionClosed  # noqa: E402
from websockets.sync.client import connect  # noqa: E402

RATE = 16000
PIECE_SECONDS = 0.1
FILES = [MEDIA / "speech/librispeech_test-other/1998-15444-0007.flac", MEDIA / "speech/librispeech_test-other/2414-128291-0003.flac",
         MEDIA / "speech/librispeech_test-other/367-130732-0001.flac", LONG]


def decoded(path, seconds):
    command = ["ffmpeg", "-v", "error", "-i", path, "-t", str(seconds), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def read_messages(stream, told):
    with contextlib.suppress(ConnectionClosed):
        while True:
            message = json.loads(stream.recv())
            told.append((time.monotonic(), message))


def stream_paced(platform, audio):
    """Sends the audio as a microphone would; what was told, each with its time since the audio's beginning."""
    told, piece = [], int(RATE * PIECE_SECONDS) * 2
    headers = {"Authorization": f"Bearer {platform.key}"}
    with connect(platform.url.replace("http", "ws", 1) + "/v1/stream", additional_headers=headers) as stream:
        stream.send(json.dumps({"type": "start", "sample_rate": RATE}))
        reader = threading.Thread(target=read_messages, args=(stream, told))
        reader.start()
        begun = time.monotonic()
        for number in range(0, len(audio) // piece):
            time.sleep(max(0, begun + (number + 1) * PIECE_SECONDS - time.monotonic()))  # when its last sample was spoken
            stream.send(audio[number * piece:(number + 1) * piece])
        stream.send(json.dumps({"type": "finish"}))
        reader.join(timeout=60)
    return [(at - begun, message) for at, message in told]


def word_delays(messages):
    """For each word of the finals: from its end to the first text that was recognised with all of it, and to its final."""
    first, final, partials = [], [], []
    for at, message in messages:
        if message["type"] == "partial":
            partials.append((at, message["start"], message["end"]))
        if message["type"] != "final":
            continue
        for word in message["words"]:
            seen = [when for when, start, end in partials if start <= word["start"] and word["end"] <= end]
            first.append(min([*seen, at]) - word["end"])
            final.append(at - word["end"])
    return first, final


def percentiles(values):
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def measure(platform, audios):
    """Streams all of them at once."""
    results = [None] * len(audios)

    def one(number):
        results[number] = stream_paced(platform, audios[number])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(audios))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [messages[-1][1]["delay"] for messages in results]
    first, final = [], []
    for messages in results:
        more_first, more_final = word_delays(messages)
        first += more_first
        final += more_final
    lags = sum(message["type"] == "lag" for messages in results for _, message in messages)
    return {"own": (statistics.median(delay["median_seconds"] for delay in done), max(delay["p95_seconds"] for delay in done)),
            "first": percentiles(first), "final": percentiles(final), "words": len(first), "lags": lags}


def row(name, result):
    def pair(values):
        return f"{values[0]:.2f} / {values[1]:.2f} s"
    print(f"| {name} | {pair(result['own'])} | {pair(result['first'])} | {pair(result['final'])} | {result['words']} | {result['lags']} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=24, help="of each file")
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 2, 4])
    arguments = parser.parse_args()
    audios = [decoded(path, arguments.seconds) for path in FILES]
    with tempfile.TemporaryDirectory() as name:
        platform = Platform(pathlib.Path(name) / "live", options={"log.level": "warning"})
        stream_paced(platform, audios[0][:RATE * 4])  # the model is warm
        print("| streams at once | speech to text, the platform's own, median / 95th | word to first text | word to final text | words | lags told |")
        print("| --- | --- | --- | --- | --- | --- |")
        for count in arguments.streams:
            row(str(count), measure(platform, [audios[(number + 3) % len(audios)] for number in range(count)]))
        for _ in range(4):
            platform.client.upload(LONG)
        row("1, while four videos are transcribed", measure(platform, audios[3:]))
        platform.kill()


if __name__ == "__main__":
    main()
