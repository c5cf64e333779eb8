"""docs/api.md is run as it stands: every command of its blocks, in order, against a platform, with the names it uses filled in from
the answers before. Only the address is another."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from platform_process import running, wait_until
from program import TESTS

ROOT = TESTS.parent
PAGE = (ROOT / "docs/api.md").read_text()
TALK = ROOT / "samples/talk.mp4"
MAY_COME_TOO_LATE = ("/cancel", "/retry")  # 409 for a session that has ended


def blocks(language):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


def commands():
    """Each command of the shell blocks, with the lines that go on."""
    joined = "\n".join(blocks("")).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#") and not line.startswith("KEY=")]


class Shell:
    """Runs the page's commands, and remembers what later ones name."""

    def __init__(self, platform, folder):
        self.client, self.folder = platform.client, folder
        self.names = {"API": platform.url, "AUTH": f"Authorization: Bearer {platform.key}"}
        (folder / "samples").mkdir()
        shutil.copy(TALK, folder / "samples/talk.mp4")
        shutil.copy(TALK, folder / "talk.mp4")
        (folder / ".curlrc").write_text('silent\nwrite-out = "\\n%{http_code}"\n')

    def run(self, command):
        result = subprocess.run(["bash", "-c", command], cwd=self.folder, capture_output=True, text=True, timeout=120,
                                env={**os.environ, **self.names, "CURL_HOME": str(self.folder)})
        assert result.returncode == 0, (command, result.stderr)
        answer, status = result.stdout.rsplit("\n", 1)
        return answer, int(status)

    def remember(self, command, answer):
        if "-F file=@" in command:
            self.take_session(json.loads(answer)["id"])
        if "-X POST $API/v1/uploads" in command:
            self.names["UPLOAD"] = re.search(r"(?im)^location: \S*/v1/uploads/(\S+)", answer)[1]
        if command.endswith("exports") and "POST" not in command and "-d" in command:
            self.names["EXPORT"] = json.loads(answer)["id"]
            wait_until(lambda: self.client.get(f"/v1/exports/{self.names['EXPORT']}").json()["status"] != "queued")
        if command.endswith("/speakers") and "PATCH" not in command:
            self.names["ETAG"] = re.search(r"(?im)^etag: (\S+)", answer)[1]
        if command.endswith("$API/v1/voices") and "PUT" not in command:
            (voice,) = wait_until(lambda: self.client.get("/v1/voices").json()["data"])
            assert voice["name"] == "Ada Lovelace"
            self.names["VOICE"] = voice["id"]
        if "-X DELETE" in command and "/v1/voices" not in command:
            self.take_session(self.client.upload(TALK)["id"])

    def take_session(self, session_id):
        assert self.client.wait_ended(session_id)["status"] == "completed"
        self.names["ID"] = session_id
        self.names["ETAG"] = self.client.get(f"/v1/sessions/{session_id}").headers["ETag"]


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    with running(tmp_path_factory.mktemp("data"), options={"log.level": "error"}) as platform:
        yield platform


def test_every_command_does_what_the_page_says(platform, tmp_path):
    shell = Shell(platform, tmp_path)
    assert len(commands()) >= 15
    for command in commands():
        command = re.sub(r"\s+#.*$", "", command).strip()
        answer, status = shell.run(command)
        too_late = status == 409 and command.endswith(MAY_COME_TOO_LATE)
        assert status < 400 or too_late, (command, status, answer)
        shell.remember(command, answer)


def test_the_openai_client_of_the_page_works(platform, tmp_path):
    (example,) = [block for block in blocks("python") if "OpenAI" in block]
    shutil.copy(TALK, tmp_path / "talk.mp4")
    script = f"KEY = {platform.key!r}\n" + example.replace("http://127.0.0.1:8080", platform.url)
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0 and "lobster" in result.stdout.lower(), result.stderr


def test_the_live_client_of_the_page_works(platform, tmp_path):
    (example,) = [block for block in blocks("python") if "websockets" in block]
    shutil.copy(TALK, tmp_path / "talk.mp4")
    script = f"KEY = {platform.key!r}\n" + example.replace("ws://127.0.0.1:8080", platform.url.replace("http", "ws")).replace("time.sleep(0.1)", "pass")
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0 and "lobster" in result.stdout.lower(), result.stdout + result.stderr


def test_the_receiver_of_the_page_knows_a_genuine_webhook():
    (example,) = [block for block in blocks("python") if "def genuine" in block]
    space = {}
    exec(example, space)  # noqa: S102: our own page
    # The example of the Standard Webhooks specification's own library.
    headers = {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
               "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}
    assert space["genuine"]("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, b'{"test": 2432232314}')
    assert not space["genuine"]("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, b'{"test": 2432232315}')
