"""What an operator does to a platform that runs: looks for events that were given up and gives them back; asks whether it is ready."""

import contextlib
import json
import sqlite3
import subprocess

from platform_process import Client, Process, free_port, running, wait_until
from program import PROGRAM, UTTERANCE


def dead_letters(data, *arguments, code=0):
    result = subprocess.run([PROGRAM, "dead-letters", *arguments, "--data", str(data)], capture_output=True, text=True, timeout=60)
    assert result.returncode == code, result.stderr
    return result


def listed(data, *arguments):
    return json.loads(dead_letters(data, "list", "--json", *arguments).stdout)["dead_letters"]


def change_store(data, statement):
    with contextlib.closing(sqlite3.connect(data / "store.db", timeout=20)) as database:
        database.execute(statement)


def analysis(client, session_id):
    return client.get(f"/v1/sessions/{session_id}/analysis").json().get("status")


def test_an_event_that_was_given_up_is_listed_and_replayed(tmp_path):
    with running(tmp_path, options={"log.level": "error"}) as platform:
        assert listed(tmp_path) == []
        change_store(tmp_path, "create trigger broken before insert on analysis_analyses begin select raise(abort, 'broken'); end")
        session = platform.client.wait_ended(platform.client.upload(UTTERANCE)["id"])
        assert session["status"] == "completed"
        (letter,) = wait_until(lambda: listed(tmp_path), 120)
        assert letter["event"]["partition_key"] == session["id"] and letter["consumer"].startswith("analysis") and not letter["replayed"]
        line = dead_letters(tmp_path, "list").stdout
        assert letter["event"]["id"] in line and letter["consumer"] in line and line.count("\n") == 1
        assert listed(tmp_path, "--type", "no.such") == [] and listed(tmp_path, "--consumer", letter["consumer"]) == [letter]

        assert "--all" in dead_letters(tmp_path, "replay", code=2).stderr
        change_store(tmp_path, "drop trigger broken")
        assert analysis(platform.client, session["id"]) != "completed"
        assert "1 replayed" in dead_letters(tmp_path, "replay", "--event", letter["event"]["id"]).stderr
        wait_until(lambda: analysis(platform.client, session["id"]) == "completed")
        assert listed(tmp_path) == [] and [one["replayed"] for one in listed(tmp_path, "--all")] == [True]
        assert json.loads(dead_letters(tmp_path, "replay", "--all", "--json").stdout) == {"replayed": 0, "impossible": 0}


def test_dead_letters_of_no_platform_are_an_error(tmp_path):
    result = dead_letters(tmp_path / "nowhere", "list", code=1)
    assert "nowhere" in result.stderr and result.stdout == ""
    assert not (tmp_path / "nowhere").exists()


def test_a_gateway_alone_is_not_ready_without_its_peers(tmp_path):
    rest = "auth,session,upload,transcription,analysis,exporting,notification"
    mesh = f"127.0.0.1:{free_port()}"
    behind = Process(tmp_path, "--services", rest, options={"mesh.listen": mesh}).wait_listening()
    peers = ",".join(f"{name}=http://{mesh}" for name in rest.split(","))
    gateway = Process(tmp_path, "--services", "gateway", options={"mesh.peers": peers}).wait_listening()
    try:
        client = Client(gateway.url, (tmp_path / "admin.key").read_text().strip())
        wait_until(lambda: client.get("/readyz").status_code == 200)
        behind.kill()
        answer = wait_until(lambda: (got := client.get("/readyz")).status_code == 503 and got.json(), 20)
        assert "cannot be reached" in answer["detail"]
    finally:
        behind.kill()
        gateway.kill()
