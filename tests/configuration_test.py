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


def test_secrets_are_not_printed():
    printed = with_environment("config", "print", VIDEO_TRANSCRIBER_MESH_KEYS="a-very-secret-key").stdout
    assert "keys" in printed and "a-very-secret-key" not in printed
