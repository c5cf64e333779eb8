"""The figures that experiments yield: spreads over repetitions, and word errors."""

import dataclasses
import statistics


@dataclasses.dataclass
class Spread:
    median: float
    low: float
    high: float


def spread(values):
    return Spread(statistics.median(values), min(values), max(values))


@dataclasses.dataclass
class Errors:
    wrong: int = 0
    words: int = 0

    @property
    def rate(self):
        return self.wrong / self.words if self.words else 0.0


def add_up(errors):
    """Errors of a whole corpus: summed first, divided afterwards, so that a long file weighs more than a short one."""
    errors = list(errors)
    return Errors(sum(one.wrong for one in errors), sum(one.words for one in errors))
