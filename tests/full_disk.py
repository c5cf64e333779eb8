"""What platform_test runs in a mount namespace of its own: a platform whose disk, the folder given, gets full."""

import contextlib
import os
import pathlib
import sys

from platform_process import running, wait_until
from program import UTTERANCE


def main(disk):
    with running(disk / "data", options={"log.level": "error"}) as platform:
        client = platform.client
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
        (disk / "fill").unlink()
        wait_until(lambda: client.get("/readyz").status_code == 200, 20)
        assert client.wait_ended(client.upload(UTTERANCE)["id"])["status"] == "completed"


main(pathlib.Path(sys.argv[1]))
