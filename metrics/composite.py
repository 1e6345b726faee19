"""An index system (指标体系) as it is designed: which indicators, how they hang together, weigh and add up.

Indicators are the leaves of a tree of dimensions. A node is named by its path, “服务效能/办理/SX01” for a
leaf; the root is "". Weights are given or judged among the children of one node, and a leaf's own weight is
the product along its path. Everything here is plain values: nothing is read or stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from core.numbers import format_exact
from core.words import Aggregation, Direction, Weighting, WeightScope
from metrics.weighting import RANDOM_INDEX

MOST = 30  # indicators
DEPTH = 3  # levels of dimensions above an indicator
SEPARATOR = "/"
WHOLE = Decimal(100)

# Kept as text, so that what was entered is what is read back.
Exact = Annotated[Decimal, Field(max_digits=15, decimal_places=6), PlainSerializer(str, when_used="json")]


class _Plain(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)


class ThresholdRule(_Plain):
    """max(floor, full − slope · how far the value falls short of base); see `scoring.threshold_score`."""

    full: Exact = Field(title="满分", gt=0)
    base: Exact = Field(title="起扣线")
    slope: Exact = Field(title="每差一个单位扣分", ge=0)
    floor: Exact = Field(Decimal(0), title="最低分")


class Criterion(_Plain):
    """One indicator in the system. `best` is the range in which a direction “within” is best, `tolerated` the
    range outside of which it is worth nothing."""

    indicator_id: int = Field(title="指标")
    code: str = Field(title="指标")
    dimension: str = Field("", title="维度", max_length=80)
    direction: Direction = Field(title="方向")
    best: tuple[Exact, Exact] | None = Field(None, title="最优区间")
    tolerated: tuple[Exact, Exact] | None = Field(None, title="容许区间")
    rule: ThresholdRule | None = Field(None, title="扣分规则")

    @property
    def key(self) -> str:
        """The leaf's path."""
        return SEPARATOR.join([*self.path, self.code])

    @property
    def path(self) -> list[str]:
        return [part.strip() for part in self.dimension.replace("／", SEPARATOR).split(SEPARATOR) if part.strip()]


class Judgement(_Plain):
    """How much more important node `first` is than its sibling `second`: 1 to 9, or a fraction such as 1/3."""

    first: str
    second: str
    value: str = Field(title="比较值", max_length=12)


class Design(_Plain):
    """Everything that decides an index's values, apart from the data."""

    criteria: tuple[Criterion, ...] = Field(title="指标", min_length=1, max_length=MOST)
    aggregation: Aggregation = Field(title="合成方法")
    weighting: Weighting = Field(title="赋权方法")
    subjective: Weighting = Field(Weighting.GIVEN, title="主观权重")  # of combined weights
    alpha: Exact = Field(Decimal("0.5"), title="主观权重所占份额", ge=0, le=1)
    scope: WeightScope = Field(WeightScope.GROUP, title="熵权的计算范围")
    weights: dict[str, Exact] = Field(default_factory=dict, title="权重")  # node → per cent among its siblings
    judgements: tuple[Judgement, ...] = Field((), title="两两比较")

    @property
    def judging(self) -> Weighting | None:
        """The method of the weights that people decide; None when only data or full marks decide."""
        method = self.subjective if self.weighting is Weighting.COMBINED else self.weighting
        return method if method.is_subjective else None

    @property
    def uses_entropy(self) -> bool:
        return self.weighting in (Weighting.ENTROPY, Weighting.COMBINED)

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def label(node: str) -> str:
    """What a node is called among its siblings."""
    return node.rsplit(SEPARATOR, 1)[-1]


def families(criteria: Sequence[Criterion]) -> dict[str, list[str]]:
    """The children of each node that has any, in the order of the table, the root first."""
    found: dict[str, list[str]] = {"": []}
    for criterion in criteria:
        parts = [*criterion.path, criterion.code]
        for depth in range(len(parts)):
            parent, node = SEPARATOR.join(parts[:depth]), SEPARATOR.join(parts[: depth + 1])
            if node not in found.setdefault(parent, []):
                found[parent].append(node)
    return found


def ratio(text: str) -> Fraction | None:
    """A judgement as people write it: 3, 1/3, 0.5; None when it is none, or not between 1/9 and 9."""
    try:
        value = Fraction(text.replace("／", "/").replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        return None
    return value if Fraction(1, 9) <= value <= 9 else None


def pairwise(design: Design, children: Sequence[str]) -> list[list[Fraction | None]]:
    """The judgement matrix of siblings; None where nobody judged. The lower half follows from the upper."""
    judged: dict[tuple[str, str], Fraction] = {}
    for item in design.judgements:
        if (value := ratio(item.value)) is not None:
            judged[item.first, item.second] = value
            judged[item.second, item.first] = 1 / value
    return [[Fraction(1) if a == b else judged.get((a, b)) for b in children] for a in children]


def given(weights: Mapping[str, Decimal], children: Sequence[str]) -> list[Fraction]:
    """The weights of siblings as shares of 1; equal ones when none of them was given."""
    if not any(node in weights for node in children):
        return [Fraction(1, len(children))] * len(children)
    return [Fraction(weights.get(node, Decimal(0))) / 100 for node in children]


def problems(design: Design) -> list[str]:
    """Everything that is wrong with a design, in words; empty when it can be computed."""
    tree = families(design.criteria)
    found = _of_tree(design, tree)
    for criterion in design.criteria:
        found += _of_criterion(design, criterion)
    if design.weighting is Weighting.FULL_MARKS and design.aggregation is not Aggregation.THRESHOLD:
        found.append(f"“{Weighting.FULL_MARKS.label}”只用于{Aggregation.THRESHOLD.label}，请换一种赋权方法")
    if design.weighting is Weighting.COMBINED and not design.subjective.is_subjective:
        found.append("组合赋权的主观权重请选“直接给定”或层次分析法")
    if design.judging is Weighting.GIVEN:
        for parent, children in tree.items():
            found += _of_given(design, parent, children)
    elif design.judging:
        for parent, children in tree.items():
            found += _of_judged(design, parent, children)
    return found


def _of_tree(design: Design, tree: Mapping[str, Sequence[str]]) -> list[str]:
    codes = [criterion.code for criterion in design.criteria]
    found = [f"指标 {code} 选了两次" for code in dict.fromkeys(codes) if codes.count(code) > 1]
    for criterion in design.criteria:
        if len(criterion.path) > DEPTH:
            found.append(f"{criterion.code} 的维度“{criterion.dimension}”超过 {DEPTH} 层")
        if criterion.key in tree:
            found.append(f"维度“{criterion.key}”与指标代码重名，请换一个维度名称")
    return found


def _of_criterion(design: Design, criterion: Criterion) -> list[str]:
    found, code = [], criterion.code
    if criterion.direction is Direction.WITHIN:
        if criterion.best is None or criterion.best[0] > criterion.best[1]:
            found.append(f"{code} 的方向是“{criterion.direction.label}”，请填写最优区间，例如 5～6")
        elif (design.aggregation is not Aggregation.THRESHOLD or design.uses_entropy) and (
            criterion.tolerated is None
            or not criterion.tolerated[0] <= criterion.best[0] <= criterion.best[1] <= criterion.tolerated[1]
        ):
            found.append(f"{code} 请填写容许区间，并把最优区间包在里面，例如 2～12")
    if design.aggregation is Aggregation.THRESHOLD:
        if criterion.rule is None:
            found.append(f"{code} 没有扣分规则：请填写满分、起扣线、每差一个单位扣分、最低分")
        elif criterion.rule.floor > criterion.rule.full:
            found.append(f"{code} 的最低分 {criterion.rule.floor} 高于满分 {criterion.rule.full}")
    return found


def _of_given(design: Design, parent: str, children: Sequence[str]) -> list[str]:
    where = f"“{parent}”下" if parent else "最上一层"
    here = {node: design.weights[node] for node in children if node in design.weights}
    if not here:
        return []
    blank = [label(node) for node in children if node not in here]
    if blank:
        return [f"{where}的权重没有填全：{'、'.join(blank)}（全部留空则平均分配）"]
    if any(weight < 0 for weight in here.values()):
        return [f"{where}的权重不能是负数"]
    total = sum(here.values(), Decimal(0))
    if total != WHOLE:
        rest = WHOLE - total
        return [
            f"{where}的权重合计 {format_exact(total)}%，{'还差' if rest > 0 else '多出'} {format_exact(abs(rest))}%"
        ]
    return []


def _of_judged(design: Design, parent: str, children: Sequence[str]) -> list[str]:
    where = f"“{parent}”下" if parent else "最上一层"
    if len(children) > len(RANDOM_INDEX):
        return [f"{where}有 {len(children)} 项，两两比较最多 {len(RANDOM_INDEX)} 项，请分成几个维度"]
    bad = [
        f"{label(item.first)} 比 {label(item.second)} 填的“{item.value}”不在 1/9 到 9 之间"
        for item in design.judgements
        if item.first in children and item.second in children and ratio(item.value) is None
    ]
    matrix = pairwise(design, children)
    refused = {frozenset((item.first, item.second)) for item in design.judgements if ratio(item.value) is None}
    lacking = [
        f"{label(children[i])} 比 {label(children[j])}"
        for i in range(len(children))
        for j in range(i + 1, len(children))
        if matrix[i][j] is None and frozenset((children[i], children[j])) not in refused
    ]
    return bad + ([f"{where}还没有比较：{'、'.join(lacking)}"] if lacking else [])
