"""Computing an index system: pure, from a design and the units' figures.

Each region group is computed by itself and ranked inside itself. Groups are put side by side only by
standardised scores. A unit that lacks a figure is left out and named; a missing figure is never zero.
Weights are never rounded. Scores and weighted sums are exact fractions; entropies and distances are float64,
and closenesses that differ by less than 1e-12 tie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.numbers import format_number
from core.words import Aggregation, Direction, Weighting, WeightScope
from metrics import composite
from metrics.composite import Criterion, Design
from metrics.composite_result import (
    Column,
    Excluded,
    GroupResult,
    Judged,
    Matrix,
    Outcome,
    Placed,
    Row,
    Unit,
    conventions,
)
from metrics.model import Indicator
from metrics.scoring import competition_ranks, threshold_score
from metrics.weighting import ahp_weights, entropy_weights, interval_to_benefit, least_consistent, topsis

SAME = 12  # decimals to which closenesses are compared
SCORE_PLACES = 2
Weights = Sequence[Fraction | float]
Exact = Sequence[Sequence[Fraction]]


def compute(design: Design, indicators: Mapping[int, Indicator], units: Sequence[Unit]) -> Outcome:
    """The result for these units. `design` must have no problems; `indicators` by id."""
    columns = tuple(_column(criterion, indicators[criterion.indicator_id]) for criterion in design.criteria)
    excluded, groups = _complete(columns, units)
    judged = judge(design)
    warnings = _about_data(excluded, groups) + [inconsistent(matrix) for matrix in judged if not matrix.consistent]
    computing = [
        _Group(design, columns, name, sorted(inside, key=lambda unit: unit.code), judged, warnings)
        for name, inside in sorted(groups.items())
    ]
    common = None
    if computing and design.uses_entropy and design.scope is WeightScope.ALL:
        common = _entropy(np.vstack([group.ready for group in computing]), design, columns, "全部单位", warnings)
    results = [group.result(common) for group in computing]
    return Outcome(
        columns=columns,
        groups=_across([result for result in results if result is not None]),
        judged=judged,
        excluded=tuple(excluded),
        warnings=tuple(dict.fromkeys(warnings)),
        conventions=conventions(design),
        decimals=4 if design.aggregation is Aggregation.TOPSIS else SCORE_PLACES,
    )


def judge(design: Design) -> tuple[Judged, ...]:
    """Every judgement matrix of the design, from the root down; none unless weights are judged pairwise."""
    if design.judging is None or not design.judging.is_ahp:
        return ()
    method: Literal["eigenvector", "geometric_mean"] = (
        "eigenvector" if design.judging is Weighting.AHP_EIGENVECTOR else "geometric_mean"
    )
    found = []
    for parent, children in composite.families(design.criteria).items():
        matrix = np.array([[float(value or 1) for value in row] for row in composite.pairwise(design, children)])
        answer = ahp_weights(matrix, method)
        names = tuple(composite.label(child) for child in children)
        found.append(
            Judged(
                parent, names, _rows(matrix), _row(answer.weights), answer.lambda_max, answer.ci, answer.cr,
                _mend(matrix, answer.weights, names),
            )
        )  # fmt: skip
    return tuple(found)


def subjective_weights(design: Design, judged: Sequence[Judged]) -> list[Fraction | float]:
    """Each indicator's weight as people decided it: the product of the shares along its path."""
    by_parent = {matrix.parent: matrix.weights for matrix in judged}
    shares: dict[str, Fraction | float] = {}
    for parent, children in composite.families(design.criteria).items():
        local = by_parent.get(parent) or composite.given(design.weights, children)
        shares.update({child: share or Fraction(0) for child, share in zip(children, local, strict=True)})
    found = []
    for criterion in design.criteria:
        weight: Fraction | float = Fraction(1)
        for node in accumulate(
            [*criterion.path, criterion.code], lambda path, part: f"{path}{composite.SEPARATOR}{part}"
        ):
            weight *= shares[node]
        found.append(weight)
    return found


def _complete(columns: Sequence[Column], units: Sequence[Unit]) -> tuple[list[Excluded], dict[str, list[Unit]]]:
    """Units that lack a figure, and the others by group."""
    excluded: list[Excluded] = []
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        missing = tuple(
            f"{column.title}：{figure.why}"
            for column, figure in zip(columns, unit.figures, strict=True)
            if figure.value is None
        )
        if missing:
            excluded.append(Excluded(unit.name, unit.group, missing))
        else:
            groups.setdefault(unit.group, []).append(unit)
    return excluded, groups


def _about_data(excluded: Sequence[Excluded], groups: Mapping[str, Sequence[Unit]]) -> list[str]:
    unapproved = sum(figure.unapproved for inside in groups.values() for unit in inside for figure in unit.figures)
    found = [f"{len(excluded)} 个单位缺少数据，没有参加计算（不按 0 处理），名单见下。"] if excluded else []
    return found + ([f"有 {unapproved} 个数还没有审核，更正后结果可能变化。"] if unapproved else [])


@dataclass
class _Group:
    """One group on its way to a result: units in code order."""

    design: Design
    columns: Sequence[Column]
    name: str
    units: Sequence[Unit]
    judged: Sequence[Judged]
    warnings: list[str]

    def __post_init__(self) -> None:
        self.where = f"“{self.name}”"
        self.values = [[figure.value or Fraction(0) for figure in unit.figures] for unit in self.units]
        self.exact = _ready(self.design, self.values)
        self.ready = np.array([[float(value) for value in row] for row in self.exact], dtype=float)

    def result(self, common: _Entropy | None) -> GroupResult | None:
        """None, and said in the warnings, where nothing can be computed."""
        design = self.design
        own = common
        if design.uses_entropy and design.scope is WeightScope.GROUP:
            own = _entropy(self.ready, design, self.columns, self.where, self.warnings)
        if design.uses_entropy and own is None:
            return None
        if len(self.units) < 2 and design.aggregation is not Aggregation.THRESHOLD:
            self.warnings.append(f"{self.where}只有 1 个单位有完整数据，无从比较，没有结果。")
            return None
        subjective = subjective_weights(design, self.judged) if design.judging else []
        weights = _weights(design, subjective, own)
        scaled = _min_max(self.exact, _signs(design))
        begun = GroupResult(
            name=self.name,
            placed=(),
            n=tuple(tuple(figure.n for figure in unit.figures) for unit in self.units),
            d=tuple(tuple(figure.d for figure in unit.figures) for unit in self.units),
            values=_floats(self.values),
            ready=_floats(self.exact),
            scaled=_floats(scaled),
            weights=tuple(map(float, weights)),
            subjective=tuple(map(float, subjective)),
            entropy=own.entropy if own else (),
            objective=own.weights if own else (),
            shares=own.shares if own and own is not common else (),
        )
        if design.aggregation is Aggregation.TOPSIS:
            return self._by_distance(begun, weights)
        if design.aggregation is Aggregation.THRESHOLD:
            return self._by_scores(begun, weights)
        totals = [
            sum((Fraction(w) * (z or 0) * 100 for w, z in zip(weights, row, strict=True)), Fraction(0))
            for row in scaled
        ]
        return self._placed(begun, totals)

    def _by_scores(self, begun: GroupResult, weights: Weights) -> GroupResult:
        rules = [criterion.rule for criterion in self.design.criteria]
        full = [Fraction(rule.full) if rule else Fraction(1) for rule in rules]
        scores = [
            [_score(criterion, value) for criterion, value in zip(self.design.criteria, row, strict=True)]
            for row in self.values
        ]
        scale = sum(full, Fraction(0)) if self.design.weighting is Weighting.FULL_MARKS else Fraction(100)
        totals = [
            sum((Fraction(w) * score / most for w, score, most in zip(weights, row, full, strict=True)), Fraction(0))
            * scale
            for row in scores
        ]
        return self._placed(replace(begun, scores=_floats(scores)), totals)

    def _by_distance(self, begun: GroupResult, weights: Weights) -> GroupResult | None:
        answer = topsis(self.ready, list(map(float, weights)), _signs(self.design))
        if np.isnan(answer.closeness).any():
            self.warnings.append(f"{self.where}各单位有权重的指标都相同，分不出远近，没有结果。")
            return None
        done = replace(
            begun,
            weighted=_rows(answer.weighted),
            ideal=(_row(answer.best), _row(answer.worst)),
            distances=_rows(np.column_stack([answer.best_distance, answer.worst_distance])),
        )
        return self._placed(done, [round(float(value), SAME) for value in answer.closeness])

    def _placed(self, done: GroupResult, totals: Sequence[Fraction | float]) -> GroupResult:
        """Best first, equal totals in code order, with every matrix in the same order."""
        places = competition_ranks(totals)
        standard = _standardised(list(map(float, totals)))
        order = sorted(range(len(self.units)), key=lambda i: (places[i] or 0, self.units[i].code))
        matrices: dict[str, Any] = {
            name: tuple(getattr(done, name)[i] for i in order) for name in _BY_UNIT if getattr(done, name)
        }
        placed = tuple(
            Placed(self.units[i].code, self.units[i].name, float(totals[i]), places[i] or 0, standard[i]) for i in order
        )
        return replace(done, placed=placed, **matrices)


_BY_UNIT = ("n", "d", "values", "ready", "scaled", "shares", "scores", "weighted", "distances")


@dataclass(frozen=True)
class _Entropy:
    entropy: Row
    weights: Row
    shares: Matrix


def _entropy(
    ready: NDArray[np.float64], design: Design, columns: Sequence[Column], where: str, warnings: list[str]
) -> _Entropy | None:
    """Entropy weights with their warnings; None (and said) where there is nothing to weigh by."""
    units, indicators = ready.shape
    if units < 2:
        warnings.append(f"{where}只有 {units} 个单位有完整数据，算不出熵权，没有结果。")
        return None
    try:
        answer = entropy_weights(ready, _signs(design))
    except ValueError:  # shapes and nan cannot be the reason here
        warnings.append(f"{where}各单位的每个指标都相同，算不出熵权，没有结果。")
        return None
    if answer.few_units:
        warnings.append(f"{where}只有 {units} 个单位，少于 {indicators} 个指标，熵权不稳定，宜改用给定权重或组合赋权。")
    for column, share in zip(columns, answer.shares[0], strict=True):
        if np.isnan(share):
            warnings.append(f"{where}各单位的“{column.name}”都相同，区分不出高低，熵权为 0。")
    return _Entropy(_row(answer.entropy), _row(answer.weights), _rows(answer.shares))


def _weights(design: Design, subjective: Weights, own: _Entropy | None) -> list[Fraction | float]:
    objective = [weight or 0.0 for weight in own.weights] if own else []
    match design.weighting:
        case Weighting.FULL_MARKS:
            full = [Fraction(criterion.rule.full) if criterion.rule else Fraction(1) for criterion in design.criteria]
            return [mark / sum(full) for mark in full]
        case Weighting.ENTROPY:
            return list(objective)
        case Weighting.COMBINED:
            alpha = Fraction(design.alpha)
            return [alpha * Fraction(s) + (1 - alpha) * Fraction(o) for s, o in zip(subjective, objective, strict=True)]
        case _:
            return list(subjective)


def _ready(design: Design, values: Exact) -> list[list[Fraction]]:
    """The values with interval indicators mapped to [0, 1], so that from here on more is better or less is."""
    found = [list(row) for row in values]
    for place, criterion in enumerate(design.criteria):
        if criterion.direction is Direction.WITHIN and criterion.best and criterion.tolerated:
            best, tolerated = ((float(low), float(high)) for low, high in (criterion.best, criterion.tolerated))
            marks = interval_to_benefit([float(row[place]) for row in values], best, tolerated)
            for row, mark in zip(found, marks, strict=True):
                row[place] = Fraction(float(mark))
    return found


def _min_max(values: Exact, signs: Sequence[int]) -> list[list[Fraction | None]]:
    """As `weighting.min_max`, exactly: None in constant columns."""
    columns: list[list[Fraction | None]] = []
    for column, sign in zip(zip(*values, strict=True), signs, strict=True):
        signed = [sign * value for value in column]
        low, spread = min(signed), max(signed) - min(signed)
        columns.append([(value - low) / spread if spread else None for value in signed])
    return [list(row) for row in zip(*columns, strict=True)]


def _score(criterion: Criterion, value: Fraction) -> Fraction:
    """The threshold score, in the indicator's direction: lower values turned round, intervals by their distance."""
    rule = criterion.rule
    assert rule is not None
    base = Fraction(rule.base)
    if criterion.direction is Direction.LOWER:
        value, base = -value, -base
    elif criterion.direction is Direction.WITHIN and criterion.best:
        low, high = map(Fraction, criterion.best)
        value, base = -max(low - value, value - high, Fraction(0)), Fraction(0)
    score = threshold_score(value, full=rule.full, base=base, slope=rule.slope, floor=rule.floor, places=SCORE_PLACES)
    return Fraction(score)


def _standardised(totals: Sequence[float]) -> list[float | None]:
    """(total − mean) / sd with divisor n; None where fewer than two units, or none differs."""
    series = np.array(totals)
    spread = float(series.std()) if len(series) > 1 else 0.0
    if spread <= 1e-12 * max(1.0, float(np.abs(series).max(initial=0.0))):
        return [None] * len(series)
    return [float(value) for value in (series - series.mean()) / spread]


def _across(groups: Sequence[GroupResult]) -> tuple[GroupResult, ...]:
    """The places of all units together, by standardised scores; only where there is more than one group."""
    if len(groups) < 2:
        return tuple(groups)
    units = [unit for group in groups for unit in group.placed]
    places = competition_ranks([None if unit.standard is None else round(unit.standard, SAME) for unit in units])
    across = {unit.code: place for unit, place in zip(units, places, strict=True)}
    return tuple(
        replace(group, placed=tuple(replace(unit, across=across[unit.code]) for unit in group.placed))
        for group in groups
    )


def _column(criterion: Criterion, indicator: Indicator) -> Column:
    return Column(
        code=indicator.code,
        name=indicator.name,
        dimension=composite.SEPARATOR.join(criterion.path),
        unit=indicator.unit,
        decimals=indicator.decimals,
        direction=criterion.direction.label,
        version=indicator.version,
        indicator_id=indicator.id,
    )


def inconsistent(matrix: Judged) -> str:
    """What is wrong with a judgement matrix, and which judgement to think over."""
    where = f"“{matrix.parent}”下" if matrix.parent else "最上一层"
    return f"{where}的两两比较前后不一致（一致性比率 {format_number(matrix.cr, 3)}，应不大于 0.1）：{matrix.mend}。"


def _mend(matrix: NDArray[np.float64], weights: NDArray[np.float64], names: Sequence[str]) -> str:
    if len(names) < 3:
        return ""
    i, j, implied = least_consistent(matrix, weights)
    return f"先重新考虑“{names[i]} 比 {names[j]}”，现在填的是 {_as_ratio(matrix[i, j])}，按其余比较约为 {_as_ratio(implied)}"


def _as_ratio(value: float) -> str:
    """As people judge: 3, 1/3, 2.4."""
    return f"{value:.2g}" if value >= 1 else f"1/{1 / value:.2g}"


def _signs(design: Design) -> list[int]:
    """+1 or −1 of the values that go in; interval indicators have become marks."""
    return [1 if criterion.direction is Direction.WITHIN else criterion.direction.sign for criterion in design.criteria]


def _floats(rows: Sequence[Sequence[Fraction | None]]) -> Matrix:
    return tuple(tuple(None if value is None else float(value) for value in row) for row in rows)


def _row(values: NDArray[np.float64]) -> Row:
    return tuple(None if np.isnan(value) else float(value) for value in values)


def _rows(values: NDArray[np.float64]) -> Matrix:
    return tuple(_row(row) for row in values)
