"""The diarization error rate, on cases that can be counted by hand."""

import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import diarization  # noqa: E402
from diarization import Turn, score  # noqa: E402

TALK = [Turn(0, 10, "a"), Turn(10, 20, "b")]


def rates(told, reference=TALK, collar=0.0, words=()):
    found = score(reference, told, words, collar)
    return tuple(round(value, 6) for value in (found.spoken, found.missed, found.false_alarm, found.confused))


def test_names_do_not_matter():
    assert rates([Turn(0, 10, "S2"), Turn(10, 20, "S1")]) == (20, 0, 0, 0)


def test_what_is_missed_invented_and_confused():
    assert rates([Turn(0, 10, "S1"), Turn(12, 20, "S2")]) == (20, 2, 0, 0)
    assert rates([Turn(0, 10, "S1"), Turn(10, 23, "S2")]) == (20, 0, 3, 0)
    assert rates([Turn(0, 13, "S1"), Turn(13, 20, "S2")]) == (20, 0, 0, 3)
    assert rates([Turn(0, 20, "S1")]) == (20, 0, 0, 10)
    assert rates([]) == (20, 20, 0, 0)


def test_one_speaker_told_as_two_is_right_once():
    assert rates([Turn(0, 10, "S1"), Turn(10, 17, "S2"), Turn(17, 20, "S3")]) == (20, 0, 0, 3)


def test_the_collar_forgives_at_edges_of_the_reference_only():
    assert rates([Turn(0, 10.2, "S1"), Turn(10.2, 20.2, "S2")], collar=0.25) == (19, 0, 0, 0)
    assert rates([Turn(0, 5, "S1"), Turn(5, 10, "S3"), Turn(10, 20, "S2")], collar=0.25)[3] == pytest.approx(4.75)


def test_each_who_speaks_at_once_counts():
    both = [Turn(0, 10, "a"), Turn(5, 15, "b")]
    assert rates([Turn(0, 7, "S1"), Turn(7, 15, "S2")], both) == (20, 5, 0, 0)
    assert rates([Turn(0, 10, "S1"), Turn(5, 15, "S2")], both) == (20, 0, 0, 0)


def test_the_best_match_is_not_the_greedy_one():
    shared = {("a", "1"): 10, ("a", "2"): 9, ("b", "1"): 8}
    assert diarization.match(shared) == {"a": "2", "b": "1"}


def test_speakers_are_matched_by_most_time_whatever_their_names():
    for seed in range(50):
        chance = random.Random(seed)
        reference = [Turn(at, at + 1, chance.choice("abcd")) for at in range(30)]
        names = dict(zip("abcd", chance.sample("wxyz", 4)))
        assert score(reference, [Turn(turn.start, turn.end, names[turn.speaker]) for turn in reference]).rate == 0, f"seed {seed}"


def test_words_of_the_wrong_speaker():
    told = [Turn(0, 12, "S1"), Turn(12, 20, "S2")]
    words = [(1, 2, "S1"), (10.5, 11, "S1"), (13, 14, "S2"), (25, 26, "S2")]
    found = score(TALK, told, words)
    assert (found.words, found.wrong_words) == (3, 1)


def test_files_are_read():
    text = "SPEAKER talk 1 0.400 2.365 <NA> <NA> spk367 <NA> <NA>\n\n;; a comment\nSPEAKER talk 1 3.1 1 <NA> <NA> b <NA> <NA>\n"
    assert diarization.parse_rttm(text) == [Turn(0.4, 2.765, "spk367"), Turn(3.1, 4.1, "b")]
    transcript = {"segments": [{"start": 0, "end": 1, "speaker": "S1"}, {"start": 1, "end": 2}]}
    assert diarization.told_turns(transcript) == [Turn(0, 1, "S1")]
