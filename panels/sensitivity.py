"""Would the first places be others under another rule, other weights, or without any one judge? If so: 需要合议."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.words import PanelRule
from panels import severity
from panels.outcome import Board, Case, board, first_places, key, rules
from panels.rubric import HUNDRED, UNIT
from panels.tally import Ints, Places, rank, tally, weigh

STEP = 500  # ±5 points of weight


@dataclass(frozen=True)
class Variant:
    """One other way of counting. `kind`: rule, severity, weight, judge; `judge` for the last. `come`, `gone`: entries
    that would be among the first places, or no longer; `moved`: the largest change of a place."""

    kind: str
    name: str
    come: tuple[int, ...]
    gone: tuple[int, ...]
    moved: int
    judge: int | None = None

    @property
    def changes(self) -> bool:
        return bool(self.come or self.gone)


def variants(case: Case, first: int) -> list[Variant]:
    """Every other way, in a fixed order. `first`: how many first places are looked at; none with no ranked entry."""
    made = board(case)
    if not first or not case.sheets:
        return []
    official = _places(case, made, case.rule, case.quorum)
    return [_compare(case, kind, name, official, found, first, judge) for kind, name, found, judge in _ways(case, made)]


def _ways(case: Case, made: Board) -> Iterator[tuple[str, str, Places, int | None]]:
    for rule in PanelRule:
        if rule is not case.rule:
            yield "rule", rule.label, _places(case, made, rule, case.quorum), None
    yield "severity", "按评委宽严校正", _adjusted(case, made), None
    shares = _shares(case, made)
    for criterion in case.rubric.criteria:
        for change in (STEP, -STEP):
            weights = reweighed(case.rubric.weights, criterion.code, change)
            if weights is not None:
                scores = weigh(shares, np.array([weights[code] for code in case.rubric.weights]))
                other = Board(scores, made.present, made.marks)
                sign = "增加" if change > 0 else "减少"
                name = f"“{criterion.name}”权重{sign} 5 个百分点"
                yield "weight", name, _places(case, other, case.rule, case.quorum), None
    for column, judge in enumerate(case.judges):
        if made.present[:, column].any():
            present = made.present.copy()
            present[:, column] = False
            other = Board(made.scores, present, made.marks)
            yield "judge", "", _places(case, other, case.rule, max(1, case.quorum - 1)), judge


def reweighed(weights: dict[str, int], code: str, change: int) -> dict[str, int] | None:
    """Weights with one of them changed and the others in their old proportions, as integers of one common measure;
    None where that cannot be."""
    mine = weights[code] + change
    rest = HUNDRED - weights[code]
    if not 0 < mine < HUNDRED or rest <= 0:
        return None
    return {name: mine * rest if name == code else weight * (HUNDRED - mine) for name, weight in weights.items()}


def replay(case: Case, weights: dict[str, int] | None = None, rule: PanelRule | None = None) -> dict[int, int | None]:
    """Places of a finished review's entries under other weights or another rule: what-if, before a call is published."""
    made = board(case)
    if weights is not None:
        shares = _shares(case, made)
        made = Board(weigh(shares, np.array([weights[code] for code in case.rubric.weights])), made.present, made.marks)
    found = _places(case, made, rule or case.rule, case.quorum)
    return {entry: int(found.rank[row]) or None for row, entry in enumerate(case.entries)}


def _shares(case: Case, made: Board) -> Ints:
    """entries × judges × criteria: how far up its scale each mark is, as integers of one measure."""
    ranges = [criterion.high - criterion.low for criterion in case.rubric.criteria]
    unit = math.lcm(*ranges)
    return np.stack(
        [
            np.where(made.present, made.marks[criterion.code] - criterion.low, 0) * (unit // size)
            for criterion, size in zip(case.rubric.criteria, ranges, strict=True)
        ],
        axis=-1,
    )


def _places(case: Case, made: Board, rule: PanelRule, quorum: int) -> Places:
    counted = tally(made.scores, made.present, rules(rule), quorum)
    return rank(counted.value, counted.valid, [key(case, made, name).value for name in case.tie_keys])


def _adjusted(case: Case, made: Board) -> Places:
    found = severity.adjust([(sheet.entry, sheet.judge, sheet.weighted / UNIT) for sheet in case.sheets])
    # Billionths of a point: what least squares leaves of equal entries is far smaller.
    value = np.array([round(found.entries.get(entry, 0.0) * 1e6) for entry in case.entries], dtype=np.int64)
    valid = made.present.sum(axis=1) >= max(case.quorum, 1)
    return rank(value, valid)


def _compare(
    case: Case, kind: str, name: str, official: Places, other: Places, first: int, judge: int | None
) -> Variant:
    before, after = _first(official, first), _first(other, first)
    both = (official.rank > 0) & (other.rank > 0)
    moved = int(np.abs(official.rank - other.rank)[both].max()) if both.any() else 0
    come, gone = (tuple(case.entries[row] for row in sorted(rows)) for rows in (after - before, before - after))
    return Variant(kind, name, come, gone, moved, judge)


def _first(found: Places, count: int) -> frozenset[int]:
    """Those within the first places, and those tied across the cut."""
    inside, across = first_places(found, count)
    return inside | across
