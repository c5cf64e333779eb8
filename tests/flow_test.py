"""The flow is real: services in processes of their own share one data folder, and whichever of them is killed, or stopped
past the end of its leases and woken again, every session completes once, every segment is committed once, and the bytes are
those of an undisturbed run. The seed is printed; VT_SEED repeats a run, VT_MOMENTS sets how many faults there are."""

import contextlib
import json
import os
import random
import signal
import sqlite3
import time

import pytest
import requests
from platform_process import Client, Process, free_port, wait_until
from program import MEDIA, TALK, UTTERANCE, transcribe

LEASE_S = 3
MOMENTS = int(os.environ.get("VT_MOMENTS", "20"))
VIDEOS = [TALK, UTTERANCE, MEDIA / "speech/librispeech_test-other/1998-15444-0007.flac"]


class Cluster:
    """gateway (with auth, analysis, exporting and notification), session, upload and N transcription processes."""

    def __init__(self, data, transcriptions):
        self.data = data
        roles = {"gateway": "gateway,auth,analysis,exporting,notification", "session": "session", "upload": "upload"}
        self.meshes = {name: free_port() for name in roles}
        self.door = free_port()
        peers = ",".join(f"{service}=http://127.0.0.1:{self.meshes[name]}" for name, services in roles.items() for service in services.split(","))
        mesh_of_first = free_port()
        peers += f",transcription=http://127.0.0.1:{mesh_of_first}"
        self.plans = {name: (services, self.door if name == "gateway" else 0, self.meshes[name]) for name, services in roles.items()}
        for number in range(transcriptions):
            self.plans[f"transcription{number}"] = ("transcription", 0, mesh_of_first if number == 0 else free_port())
        self.options = {"mesh.peers": peers, "flow.lease": f"{LEASE_S}s", "flow.task_lease": f"{LEASE_S}s", "bus.lease": f"{LEASE_S}s",
                        "log.level": "warning"}
        self.processes = {}
        for name in self.plans:
            self.start(name)
        self.url = f"http://127.0.0.1:{self.door}"
        self.key = wait_until(lambda: (data / "admin.key").exists() and (data / "admin.key").read_text().strip())

    def start(self, name):
        services, port, mesh = self.plans[name]
        options = {**self.options, "mesh.listen": f"127.0.0.1:{mesh}"}
        self.processes[name] = Process(self.data, "--services", services, listen=f"127.0.0.1:{port}", options=options)
        self.processes[name].wait_listening()

    def kill(self, name):
        self.processes[name].kill()
        self.start(name)

    def freeze(self, name):
        """Stops it until all it holds has gone to others, then wakes it."""
        self.processes[name].process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_S + 1)
        self.processes[name].process.send_signal(signal.SIGCONT)

    def end(self):
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.process.send_signal(signal.SIGCONT)
            process.kill()


@pytest.fixture
def cluster(tmp_path, request):
    started = Cluster(tmp_path, request.param)
    yield started
    started.end()


def insist(ask, within_s=120):
    """Asks until there is an answer that is neither a broken connection nor a fault of the server's moment."""
    def once():
        with contextlib.suppress(requests.exceptions.RequestException):
            answer = ask()
            if answer.status_code not in (500, 502, 503, 504, 409, 429):
                return answer
        return None
    return wait_until(once, within_s, every_s=0.2)


def send(client, video, number):
    """Sends a video so that it arrives once, whatever dies meanwhile: the session first, then its bytes."""
    made = insist(lambda: client.post("/v1/sessions", json={"title": f"Video {number}"}, headers={"Idempotency-Key": f"video-{number}"}))
    assert made.status_code == 201, made.text
    session_id = made.json()["id"]

    def put():
        answer = client.request("PUT", f"/v1/sessions/{session_id}/video", data=video.read_bytes(), headers={"Content-Type": "video/mp4"}, timeout=30)
        if answer.status_code == 409 and client.get(f"/v1/sessions/{session_id}").json()["has_video"]:
            answer.status_code = 202  # it had arrived, only the answer was lost
        return answer

    sent = insist(put)
    assert sent.status_code == 202, sent.text
    return session_id


def rows(data, sql):
    with contextlib.closing(sqlite3.connect(f"file:{data / 'store.db'}?mode=ro", uri=True, timeout=20)) as database:
        return database.execute(sql).fetchall()


def published(data, topic):
    with contextlib.closing(sqlite3.connect(f"file:{data / 'bus.db'}?mode=ro", uri=True, timeout=20)) as database:
        return [json.loads(value) for (value,) in database.execute(
            "select value from records where topic in (select id from topics where name = ?)", (topic.encode(),))]


def has_ended(client, session_id):
    session = insist(lambda: client.get(f"/v1/sessions/{session_id}")).json()
    return session if session["status"] in ("completed", "failed", "cancelled") else None


@pytest.mark.parametrize("cluster", [1, 2, 4], indirect=True, ids=lambda count: f"{count}_transcription")
def test_every_session_completes_once_whatever_dies(cluster):
    seed = int(os.environ.get("VT_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"VT_SEED={seed}")
    chance = random.Random(seed)
    client = Client(cluster.url, cluster.key)
    expected = {video: transcribe(video).stdout for video in VIDEOS}

    sessions = {}
    for moment in range(MOMENTS):
        video = VIDEOS[moment % len(VIDEOS)]
        sessions[send(client, video, moment)] = video
        time.sleep(chance.uniform(0, 0.5))
        name = chance.choice(sorted(cluster.processes))
        (cluster.freeze if chance.random() < 0.25 else cluster.kill)(name)

    for session_id, video in sessions.items():
        ended = wait_until(lambda: has_ended(client, session_id), 240)
        assert ended["status"] == "completed", ended
        assert insist(lambda: client.get(f"/v1/sessions/{session_id}/transcript?format=txt")).text == expected[video]

    wait_until(lambda: len(published(cluster.data, "session.completed")) >= len(sessions))
    completed = [event["payload"]["session_id"] for event in published(cluster.data, "session.completed")]
    assert sorted(completed) == sorted(sessions), "each once"
    assert len(published(cluster.data, "transcription.completed")) == len(sessions)
    assert rows(cluster.data, "select count(*) from transcription_segments where state <> 'done'") == [(0,)]
