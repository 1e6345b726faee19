"""A review's result from its sheets, as plain values: the announced rule, and beside it how sure it is.

Scores are out of 100. What decides is exact (`tally`); severity, agreement and intervals are floats and inform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from core.words import PanelRule
from panels import certainty, severity
from panels.rubric import UNIT, Rubric
from panels.scores import Rule
from panels.tally import Ints, Mask, Places, Tally, rank, tally

MEDIAN_KEY = "@median"
DISAGREEMENT = 20  # points between the highest and the lowest sheet from which an entry is discussed


@dataclass(frozen=True)
class Marked:
    """A sheet that counts. `weighted`: its score in `rubric.UNIT`-ths of a point; `marks` in hundredths."""

    entry: int
    judge: int
    weighted: int
    marks: Mapping[str, int]


@dataclass(frozen=True)
class Case:
    """All that a result follows from. `judges` are those who count."""

    rubric: Rubric
    rule: PanelRule
    quorum: int
    places: int | None
    tie_keys: tuple[str, ...]
    entries: tuple[int, ...]
    judges: tuple[int, ...]
    sheets: tuple[Marked, ...]


@dataclass(frozen=True)
class Given:
    """One judge's score for an entry, and whether the rule counted it."""

    judge: int
    score: Fraction
    used: bool


@dataclass(frozen=True)
class Line:
    """An entry in the result. `score` None: no valid result (fewer sheets than the quorum). `decided_by`: the number of
    the tie key that decided its place, 0 for the score alone; `keys`: the values of the keys. `low`, `high`: places
    that the marks do not rule out. `chosen`: within the cut; `at_cut`: tied across it."""

    entry: int
    score: Fraction | None
    given: tuple[Given, ...]
    few: bool
    rank: int | None
    decided_by: int
    tied: int
    keys: tuple[Fraction, ...]
    mean: Fraction | None
    median: Fraction | None
    adjusted: float | None
    low: int | None
    high: int | None
    chosen: bool
    at_cut: bool

    @property
    def spread(self) -> Fraction:
        """Points between the highest and the lowest sheet."""
        scores = [given.score for given in self.given]
        return max(scores) - min(scores) if scores else Fraction()

    @property
    def disagrees(self) -> bool:
        return self.spread >= DISAGREEMENT


@dataclass(frozen=True)
class Outcome:
    """`lines`: by place, those without one last. `first`: how many first places the sensitivity looks at."""

    lines: tuple[Line, ...]
    severity: severity.Severity
    first: int
    sheets: int

    @property
    def at_cut(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.at_cut)

    @property
    def unranked(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.rank is None)

    @property
    def disputed(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.disagrees)


@dataclass(frozen=True)
class Board:
    """The sheets as a matrix: entries × judges, with gaps where `present` is False."""

    scores: Ints
    present: Mask
    marks: dict[str, Ints]

    def points(self) -> NDArray[np.float64]:
        return np.where(self.present, self.scores / UNIT, np.nan)


def compute(case: Case) -> Outcome:
    """The result of a review as its sheets stand."""
    made = board(case)
    counted = tally(made.scores, made.present, rules(case.rule), case.quorum)
    keys = [key(case, made, name) for name in case.tie_keys]
    found = rank(counted.value, counted.valid, [values.value for values in keys])
    adjusted = severity.adjust([(sheet.entry, sheet.judge, sheet.weighted / UNIT) for sheet in case.sheets])
    intervals = _intervals(case, made, counted)
    means = tally(made.scores, made.present, "mean")
    medians = tally(made.scores, made.present, "median")
    lines = [
        _line(case, place, made, counted, keys, found, means, medians, adjusted, intervals.get(place))
        for place in range(len(case.entries))
    ]
    lines.sort(key=lambda line: (line.rank is None, line.rank or 0))  # stable: else in the order of the entries
    ranked = sum(line.rank is not None for line in lines)
    return Outcome(tuple(lines), adjusted, min(case.places or 3, ranked), len(case.sheets))


def rules(rule: PanelRule) -> Rule:
    """The rule as `scores` and `tally` call it."""
    names: dict[PanelRule, Rule] = {
        PanelRule.MEAN: "mean",
        PanelRule.DROP_EXTREMES: "drop_extremes",
        PanelRule.MEDIAN: "median",
    }
    return names[rule]


def board(case: Case) -> Board:
    row = {entry: place for place, entry in enumerate(case.entries)}
    column = {judge: place for place, judge in enumerate(case.judges)}
    shape = (len(case.entries), len(case.judges))
    scores, present = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    marks = {code: np.zeros(shape, dtype=np.int64) for code in case.rubric.weights}
    for sheet in case.sheets:
        at = row[sheet.entry], column[sheet.judge]
        if present[at]:
            raise ValueError(f"two sheets of judge {sheet.judge} for entry {sheet.entry}")
        scores[at], present[at] = sheet.weighted, True
        for code, mark in sheet.marks.items():
            marks[code][at] = mark
    return Board(scores, present, marks)


def key(case: Case, made: Board, name: str) -> Tally:
    """The values of a tie key: the median of the sheets, or the mean of one criterion's marks."""
    if name == MEDIAN_KEY:
        return tally(made.scores, made.present, "median")
    return tally(made.marks[name], made.present, "mean")


def key_name(rubric: Rubric, name: str) -> str:
    """A tie key in words."""
    return "中位数" if name == MEDIAN_KEY else f"“{rubric[name].name}”平均分"


def first_places(found: Places, count: int) -> tuple[frozenset[int], frozenset[int]]:
    """Rows surely among the first `count`, and rows tied across the cut."""
    last = found.rank + found.tied - 1
    inside = (found.rank > 0) & (last <= count)
    across = (found.rank > 0) & (found.rank <= count) & (last > count)
    return frozenset(np.flatnonzero(inside).tolist()), frozenset(np.flatnonzero(across).tolist())


def _intervals(case: Case, made: Board, counted: Tally) -> dict[int, tuple[int, int]]:
    """Row → places that cannot be ruled out, of entries with a valid result."""
    rows = np.flatnonzero(counted.valid)
    if not rows.size:
        return {}
    points = made.points()[rows]
    marking = made.present[rows].any(axis=0)
    crossed = bool(made.present[rows][:, marking].all())
    variance, degrees = certainty.noise(points[:, marking], crossed=crossed)
    value = counted.value[rows] / counted.unit / UNIT
    found = certainty.places(value, counted.used[rows].sum(axis=1), variance, degrees)
    return {int(row): (int(low), int(high)) for row, (low, high) in zip(rows, found, strict=True)}


def _line(
    case: Case,
    row: int,
    made: Board,
    counted: Tally,
    keys: Sequence[Tally],
    found: Places,
    means: Tally,
    medians: Tally,
    adjusted: severity.Severity,
    interval: tuple[int, int] | None,
) -> Line:
    entry = case.entries[row]
    given = tuple(
        Given(judge, Fraction(int(made.scores[row, column]), UNIT), bool(counted.used[row, column]))
        for column, judge in enumerate(case.judges)
        if made.present[row, column]
    )
    place, tied = int(found.rank[row]), int(found.tied[row])
    cut = case.places or 0
    return Line(
        entry=entry,
        score=_points(counted, row),
        given=given,
        few=case.rule is PanelRule.DROP_EXTREMES and bool(counted.valid[row]) and all(item.used for item in given),
        rank=place or None,
        decided_by=int(found.decided_by[row]),
        tied=max(tied, 1),
        keys=tuple(
            (values.score(row) or Fraction()) / (UNIT if name == MEDIAN_KEY else 100)
            for name, values in zip(case.tie_keys, keys, strict=True)
        ),
        mean=_points(means, row),
        median=_points(medians, row),
        adjusted=adjusted.entries.get(entry),
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        chosen=place > 0 and place + tied - 1 <= cut,
        at_cut=0 < place <= cut < place + tied - 1,
    )


def _points(values: Tally, row: int) -> Fraction | None:
    score = values.score(row)
    return None if score is None else score / UNIT
