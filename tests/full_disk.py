"""What platform_test runs in a mount namespace of its own: a platform whose disk, the folder given, gets full."""

import contextlib
import json
import os
import pathlib
import sys

from platform_process import running, wait_until
from program import UTTERANCE
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def told(stream, kind):
    """The next message of this type."""
    return next(message for message in map(json.loads, stream) if message["type"] == kind)


@contextlib.contextmanager
def kept_stream(platform):
    with connect(platform.url.replace("http", "ws", 1) + "/v1/stream", additional_headers={"Authorization": f"Bearer {platform.key}"}) as stream:
        stream.send(json.dumps({"type": "start", "sample_rate": 16000, "keep": True}))
        yield stream


def main(disk):
    with running(disk / "data", options={"log.level": "error"}) as platform, kept_stream(platform) as short, kept_stream(platform) as long:
        client = platform.client
        session_id = told(short, "started")["session_id"]
        told(long, "started")
        done = client.wait_ended(client.upload(UTTERANCE)["id"])
        with open(disk / "fill", "wb", buffering=0) as fill, contextlib.suppress(OSError):
            while True:
                fill.write(b"x" * 65536)
        full = wait_until(lambda: (got := client.get("/readyz")).status_code == 503 and got.json(), 20)
        assert full["code"] == "unavailable" and full["cause"] == "disk_full" and str(disk) not in full["detail"], full
        answer = client.post("/v1/sessions", files={"file": ("big.mp4", os.urandom(4 << 20))})
        assert answer.status_code == 507 and answer.json()["code"] == "disk_full", answer.text
        assert str(disk) not in answer.text, "paths of the server are nobody's business"
        assert client.transcript(done["id"]).text, "reading goes on"
        with kept_stream(platform) as refused:
            assert told(refused, "error")["problem"]["code"] == "disk_full"
        for _ in range(40):
            short.send(bytes(32000))
        with contextlib.suppress(ConnectionClosed):
            for _ in range(200):
                long.send(bytes(32000))
        assert told(long, "error")["problem"]["code"] == "disk_full", "no more can be held"
        (disk / "fill").unlink()
        wait_until(lambda: client.get("/readyz").status_code == 200, 20)
        assert client.wait_ended(client.upload(UTTERANCE)["id"])["status"] == "completed"
        short.send(json.dumps({"type": "finish"}))
        assert told(short, "done")["session_id"] == session_id
        assert client.wait_ended(session_id)["status"] == "completed"
        assert client.transcript(session_id, "json").json()["duration"] == 40, "what came while the disk was full is there"


main(pathlib.Path(sys.argv[1]))
