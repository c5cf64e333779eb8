"""Every file of tests/media does what the manifest expects, in one batch as a user would run it."""

import json

import pytest
from program import MEDIA, transcribe, word_error_rate, words

ENTRIES = [json.loads(line) for line in (MEDIA / "manifest.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The report and the folder of one run over everything."""
    folder = tmp_path_factory.mktemp("batch")
    result = transcribe(*(MEDIA / entry["file"] for entry in ENTRIES), "--format", "json,srt", "--output", folder, "--json", "--quiet")
    assert result.returncode == 1, "some files of the batch are bad on purpose"
    report = json.loads(result.stdout)
    errors = [line for line in result.stderr.splitlines() if line]
    return {"files": dict(zip((entry["file"] for entry in ENTRIES), report["files"])), "errors": errors}


def text_of(outcome):
    path = next(output["path"] for output in outcome["outputs"] if output["format"] == "json")
    return json.load(open(path))["text"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["file"])
def test_file_does_what_is_expected(batch, entry):
    outcome, expected = batch["files"][entry["file"]], entry["expectation"]
    if expected not in ("words", "no words", "any"):
        assert outcome["status"] == "failed"
        assert outcome["error"]["code"] == expected
        return
    assert outcome["status"] == "completed" or outcome["error"]["code"] == "media_truncated"
    if expected == "no words":
        assert text_of(outcome) == ""
    if expected == "words":
        assert words(text_of(outcome))
    if expected == "words" and entry["text"]:
        heard = text_of(outcome)
        same = "".join(words(heard)) == "".join(words(entry["text"]))  # "Fire fox" in one word
        assert same or word_error_rate(entry["text"], heard) <= 0.5, heard


def test_each_failure_is_one_line_with_its_code(batch):
    failed = {file: outcome for file, outcome in batch["files"].items() if outcome["status"] == "failed"}
    assert len(batch["errors"]) == len(failed)
    for file, outcome in failed.items():
        matching = [line for line in batch["errors"] if f"{file}: {outcome['error']['code']}: " in line]
        assert len(matching) == 1, (file, batch["errors"])
