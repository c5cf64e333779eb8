"""The configuration from outside: the page, what is printed, and what is told when something is wrong."""

import os
import subprocess

from program import PROGRAM, TESTS, run


def with_environment(*arguments, **variables):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, env={**os.environ, **variables})


def test_the_page_is_that_of_the_program():
    assert (TESTS.parent / "docs/configuration.md").read_text() == run("config", "documentation").stdout


def test_what_is_printed_can_be_read_again(tmp_path):
    file = tmp_path / "all.toml"
    file.write_text(run("config", "print").stdout)
    again = run("config", "check", "--config", file)
    assert again.returncode == 0, again.stderr


def test_all_faults_are_told_at_once(tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text("[server]\nlisen = '127.0.0.1:1'\nworkers = 'many'\n[nothing]\nx = 1\n")
    result = run("config", "check", "--config", file)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 3 and result.stderr.count("configuration_invalid") == 3
    assert "server.listen" in result.stderr and "workers" in result.stderr and "nothing" in result.stderr


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "site.toml"
    file.write_text("[server]\nlisten = '127.0.0.1:1'\n")
    printed = with_environment("config", "print", "--config", str(file), VIDEO_TRANSCRIBER_SERVER_LISTEN="127.0.0.1:2").stdout
    assert "127.0.0.1:2" in printed and "127.0.0.1:1\"" not in printed


def test_a_recording_that_would_expire_while_its_stream_is_idle_is_refused(tmp_path):
    def told(command, idle, expires):
        file = tmp_path / "site.toml"
        file.write_text(f"[transcription]\nlive_idle_time = '{idle}'\n[upload]\nrecording_expires = '{expires}'\n")
        return with_environment(*command, "--config", str(file))

    check = ["config", "check"]
    for idle, expires, longer in (("60s", "120s", "121s"), ("10s", "20s", "21s"), ("10m", "11m", "661s")):
        refused = told(check, idle, expires)
        assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1, refused.stderr
        assert all(word in refused.stderr for word in ("configuration_invalid", "upload.recording_expires", "transcription.live_idle_time"))
        assert told(check, idle, longer).returncode == 0
    refused = told(["serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"], "10m", "10m")
    assert refused.returncode == 1 and "upload.recording_expires" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_secrets_are_not_printed():
    printed = with_environment("config", "print", VIDEO_TRANSCRIBER_MESH_KEYS="a-very-secret-key").stdout
    assert "keys" in printed and "a-very-secret-key" not in printed
