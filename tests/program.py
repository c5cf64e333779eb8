"""The program as the tests run it."""

import json
import os
import pathlib
import subprocess

TESTS = pathlib.Path(__file__).resolve().parent
MEDIA = TESTS / "media"
BINARIES = pathlib.Path(os.environ.get("VT_BINARIES", TESTS.parent / "build/release"))
PROGRAM = BINARIES / "video-transcriber"

TALK = MEDIA / "video/derived/talk_moov_at_end.mp4"
UTTERANCE = MEDIA / "speech/librispeech_test-other/1688-142285-0002.flac"
UTTERANCE_WORDS = "you don't mean that you thought me so silly"
LONG = MEDIA / "speech/librispeech_derived/long_1998.opus"


def run(*arguments, **options):
    """Runs the program to its end; text in, text out."""
    options.setdefault("timeout", 300)
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, **options)


def transcribe(*arguments, **options):
    return run("transcribe", *arguments, **options)


def report(*arguments, **options):
    """The --json report of a run, whatever its exit code."""
    return json.loads(transcribe(*arguments, "--json", "--quiet", **options).stdout)


def words(text):
    kept = "".join(character if character.isalnum() or character == "'" else " " for character in text.lower())
    return kept.split()


def word_error_rate(reference, hypothesis):
    """Levenshtein distance in words over the reference's length."""
    reference, hypothesis = words(reference), words(hypothesis)
    row = list(range(len(hypothesis) + 1))
    for i, expected in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, heard in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != heard))
    return row[-1] / max(1, len(reference))
