"""The platform as the tests run it: real processes on loopback, reached by a real client."""

import contextlib
import os
import pathlib
import queue
import signal
import socket
import subprocess
import threading
import time

import requests
from program import PROGRAM

READY_WITHIN_S = 60
_reserved = []


def wait_until(condition, within_s=60, every_s=0.05):
    """The first true answer; fails when none comes in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(every_s)
    raise AssertionError(f"did not happen within {within_s} s")


def free_port():
    """A port for a server of this test alone: it stays bound here, which keeps it from others; who listens on it may bind it too."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", 0))
    _reserved.append(reserved)
    return reserved.getsockname()[1]


class Process:
    """One `serve`, started and listening."""

    def __init__(self, data, *arguments, listen="127.0.0.1:0", options=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VIDEO_TRANSCRIBER_")}
        for name, value in (options or {}).items():
            environment["VIDEO_TRANSCRIBER_" + name.upper().replace(".", "_")] = str(value)
        self.data = pathlib.Path(data)
        self.lines = []
        self._new = queue.Queue()
        self.process = subprocess.Popen([PROGRAM, "serve", "--data", str(data), "--listen", listen, *arguments],
                                        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            self._new.put(line)
        self._new.put(None)

    def wait_listening(self):
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end:
            for line in list(self.lines):
                if line.startswith("listening on "):
                    self.url = line.removeprefix("listening on ").strip()
                    return self
            with contextlib.suppress(queue.Empty):
                if self._new.get(timeout=0.2) is None:
                    raise AssertionError("serve ended:\n" + "\n".join(self.lines))
        raise AssertionError("serve did not listen:\n" + "\n".join(self.lines))

    @property
    def pid(self):
        return self.process.pid

    def wait_exit(self):
        """The exit code of a process that ends by itself, once all of its lines are there."""
        code = self.process.wait(timeout=60)
        self._reader.join()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; gives the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


class Client:
    """Speaks to the API as a tenant's administrator, or with another key."""

    def __init__(self, url, key):
        self.url = url
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {key}"

    def request(self, method, path, **options):
        options.setdefault("timeout", 120)
        return self.http.request(method, self.url + path, **options)

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, **options):
        return self.request("POST", path, **options)

    def upload(self, path, **fields):
        """Sends a file as multipart; gives the session."""
        with open(path, "rb") as file:
            answer = self.post("/v1/sessions", data=fields, files={"file": (pathlib.Path(path).name, file)})
        assert answer.status_code == 202, answer.text
        return answer.json()

    def session(self, session_id):
        answer = self.get(f"/v1/sessions/{session_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_ended(self, session_id, within_s=180):
        return wait_until(lambda: self._ended(session_id), within_s)

    def _ended(self, session_id):
        session = self.session(session_id)
        return session if session["status"] in ("completed", "failed", "cancelled") else None

    def transcript(self, session_id, format="txt"):
        answer = self.get(f"/v1/sessions/{session_id}/transcript", params={"format": format})
        assert answer.status_code == 200, answer.text
        return answer


class Platform(Process):
    """A whole platform in one process, with its administrator's client."""

    def __init__(self, data, *arguments, **options):
        super().__init__(data, *arguments, **options)
        self.wait_listening()
        self.key = (self.data / "admin.key").read_text().strip()
        self.client = Client(self.url, self.key)
        wait_until(lambda: self.client.get("/readyz").status_code == 200, READY_WITHIN_S)


@contextlib.contextmanager
def running(data, *arguments, **options):
    platform = Platform(data, *arguments, **options)
    try:
        yield platform
    finally:
        if platform.process.poll() is None:
            platform.kill()
