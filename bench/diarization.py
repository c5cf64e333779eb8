"""Who spoke when, against a reference: the diarization error rate with a collar, and words given to the wrong speaker.

The rate is NIST's: time missed, time of nobody told as somebody's, and time of one told as another's, over the time that the
reference speaks, each overlapping speaker counted. Speakers are matched one to one so that most time agrees. Nothing is scored
within the collar of where somebody begins or ends in the reference; overlap is."""

import bisect
import dataclasses
import functools

COLLAR_SECONDS = 0.25


@dataclasses.dataclass(frozen=True)
class Turn:
    start: float
    end: float
    speaker: str


@dataclasses.dataclass(frozen=True)
class Score:
    spoken: float = 0        # seconds of the reference, of each who speaks
    missed: float = 0
    false_alarm: float = 0
    confused: float = 0
    words: int = 0           # inside one reference speaker's turn
    wrong_words: int = 0

    @property
    def rate(self):
        return (self.missed + self.false_alarm + self.confused) / self.spoken if self.spoken else 0.0

    @property
    def wrong_word_rate(self):
        return self.wrong_words / self.words if self.words else 0.0

    def __add__(self, other):
        return Score(*[getattr(self, field.name) + getattr(other, field.name) for field in dataclasses.fields(self)])


def parse_rttm(text):
    fields = [line.split() for line in text.splitlines() if line.startswith("SPEAKER")]
    return [Turn(float(field[3]), float(field[3]) + float(field[4]), field[7]) for field in fields]


def told_turns(transcript):
    """Of our JSON: a turn for each segment whose speaker is told."""
    return [Turn(segment["start"], segment["end"], segment["speaker"]) for segment in transcript["segments"] if segment.get("speaker")]


def speakers_at(turns, time):
    return frozenset(turn.speaker for turn in turns if turn.start <= time < turn.end)


def stretches(reference, told, collar):
    """(seconds, who speaks, who is told to), wherever it is scored."""
    edges = sorted(edge for turn in reference for edge in (turn.start, turn.end))
    cuts = sorted({*edges, *[edge + side for edge in edges for side in (-collar, collar)], *[edge for turn in told for edge in (turn.start, turn.end)]})
    found = []
    for start, end in zip(cuts, cuts[1:]):
        middle = (start + end) / 2
        after = bisect.bisect_left(edges, middle)
        if any(abs(middle - edge) < collar for edge in edges[max(after - 1, 0):after + 1]):
            continue
        found.append((end - start, speakers_at(reference, middle), speakers_at(told, middle)))
    return found


def agreement(parts):
    """Seconds in which a reference speaker and a told one speak together."""
    shared = {}
    for seconds, reference, told in parts:
        for pair in ((one, other) for one in reference for other in told):
            shared[pair] = shared.get(pair, 0) + seconds
    return shared


def match(shared):
    """{reference speaker: told speaker}, one to one, with the most seconds in all."""
    references = sorted({pair[0] for pair in shared})

    @functools.cache
    def best(index, taken):
        if index == len(references):
            return 0.0, ()
        choices = [best(index + 1, taken)]
        for (reference, told), seconds in sorted(shared.items()):
            if reference == references[index] and told not in taken:
                rest, pairs = best(index + 1, taken | {told})
                choices.append((rest + seconds, ((reference, told), *pairs)))
        return max(choices, key=lambda choice: choice[0])

    return dict(best(0, frozenset())[1])


def score(reference, told, words=(), collar=COLLAR_SECONDS):
    """`words` are (start, end, speaker) of the transcript."""
    parts = stretches(reference, told, collar)
    matched = match(agreement(parts))
    total = Score()
    for seconds, spoken, heard in parts:
        right = sum(matched.get(speaker) in heard for speaker in spoken)
        total += Score(seconds * len(spoken), seconds * max(len(spoken) - len(heard), 0), seconds * max(len(heard) - len(spoken), 0),
                       seconds * (min(len(spoken), len(heard)) - right))
    alone = [(speakers_at(reference, (start + end) / 2), speaker) for start, end, speaker in words]
    alone = [(next(iter(spoken)), speaker) for spoken, speaker in alone if len(spoken) == 1]
    return total + Score(words=len(alone), wrong_words=sum(matched.get(spoken) != speaker for spoken, speaker in alone))
