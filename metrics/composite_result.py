"""What came of an index system: every step of it, as plain values that are kept, shown and exported as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter

from core.words import Aggregation, Weighting
from metrics.composite import Design

CONSISTENT = 0.1  # the usual bar for CR
Row = tuple[float | None, ...]
Matrix = tuple[Row, ...]


@dataclass(frozen=True)
class Figure:
    """A unit's value of one indicator: exact, or None and why. n and d are millionths."""

    n: int | None
    d: int | None
    value: Fraction | None
    why: str = ""
    unapproved: bool = False


@dataclass(frozen=True)
class Unit:
    """A region with its figures, one for each criterion, in their order."""

    code: str
    name: str
    group: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Column:
    """An indicator as the result shows it."""

    code: str
    name: str
    dimension: str
    unit: str
    decimals: int
    direction: str
    version: int
    indicator_id: int

    @property
    def title(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True)
class Judged:
    """A judgement matrix with what came of it. `mend` says which judgement to think over first, "" if none."""

    parent: str
    names: tuple[str, ...]
    matrix: Matrix
    weights: Row
    lambda_max: float
    ci: float
    cr: float
    mend: str

    @property
    def consistent(self) -> bool:
        return self.cr <= CONSISTENT


@dataclass(frozen=True)
class Excluded:
    """A unit that was left out, and the figures it lacks: “SX01 按时办结率：缺报（系统停机）”."""

    unit: str
    group: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """One unit's result. `standard`: its total in standard deviations from its group's mean, by which `across`,
    the place among all groups, is given; None where there is nothing to compare with."""

    code: str
    name: str
    total: float
    place: int
    standard: float | None = None
    across: int | None = None


@dataclass(frozen=True)
class GroupResult:
    """One group's workings. Matrices are units × indicators in the order of `placed`, best first; rows are by
    indicator. What the method does not need is empty.

    `ready` is what goes in: the value, or for an interval indicator its mark within [0, 1]. `scaled` is min–max
    by direction, None in constant columns; `shares` p; `scores` threshold scores; `weighted` the vector-
    normalised weighted matrix, `ideal` its best and worst row, `distances` to these two.
    """

    name: str
    placed: tuple[Placed, ...]
    n: tuple[tuple[int | None, ...], ...]
    d: tuple[tuple[int | None, ...], ...]
    values: Matrix
    ready: Matrix
    scaled: Matrix
    weights: Row
    subjective: Row = ()
    entropy: Row = ()
    objective: Row = ()
    shares: Matrix = ()
    scores: Matrix = ()
    weighted: Matrix = ()
    ideal: Matrix = ()
    distances: Matrix = ()


@dataclass(frozen=True)
class Outcome:
    """A whole result."""

    columns: tuple[Column, ...]
    groups: tuple[GroupResult, ...]
    judged: tuple[Judged, ...]
    excluded: tuple[Excluded, ...]
    warnings: tuple[str, ...]
    conventions: tuple[tuple[str, str], ...]
    decimals: int  # with which totals are printed

    @property
    def consistent(self) -> bool:
        return all(matrix.consistent for matrix in self.judged)

    def as_json(self) -> dict[str, Any]:
        """Exact: a float comes back as the same float."""
        dumped: dict[str, Any] = _OUTCOME.dump_python(self, mode="json")
        return dumped


def from_json(content: Any) -> Outcome:
    return _OUTCOME.validate_python(content)


_OUTCOME = TypeAdapter(Outcome)

_AGGREGATIONS = {
    Aggregation.THRESHOLD: "每个指标按“max(最低分, 满分 − 每差一个单位扣分 × 差额)”计分，差额是没有达到起扣线的部分（越低越好的指标"
    "是超过的部分，区间指标是离区间的距离），每项得分四舍五入到 0.01 分；",
    Aggregation.WEIGHTED_SUM: "极差标准化 z =（x − 最小值）÷（最大值 − 最小值），越低越好的指标反向，按本组单位计算；"
    "得分 = 100 × Σ 权重 × z；",
    Aggregation.TOPSIS: "向量归一化 x ÷ √Σx²，乘以权重；各指标本组最好值、最差值组成最优解、最劣解，越低越好的指标最好值取最小；"
    "贴近度 = 到最劣解的距离 ÷（到最优解的距离 + 到最劣解的距离），欧氏距离；",
}
_WEIGHTINGS = {
    Weighting.GIVEN: "同一上级下合计 100%，指标权重为各层之积；",
    Weighting.AHP_EIGENVECTOR: "取判断矩阵最大特征值的特征向量，λ 为最大特征值；",
    Weighting.AHP_GEOMETRIC_MEAN: "取判断矩阵各行的几何平均数，λ 为（Aw）ᵢ ÷ wᵢ 的平均；",
    Weighting.ENTROPY: "p = z ÷ Σz，熵 E = −Σ（p × p 的自然对数）÷ n 的自然对数（p 为 0 的项记 0），权重 =（1 − E）÷ Σ（1 − E），标准化值不加平移量；",
    Weighting.FULL_MARKS: "各指标的满分占满分合计的份额；",
}


def conventions(design: Design) -> tuple[tuple[str, str], ...]:
    """The conventions that decided this result; another convention may give other places."""
    aggregation = _AGGREGATIONS[design.aggregation]
    if design.aggregation is Aggregation.THRESHOLD:
        aggregation += (
            "总分为各项得分之和。"
            if design.weighting is Weighting.FULL_MARKS
            else "总分 = 100 × Σ 权重 × 得分 ÷ 满分。"
        )
    else:
        aggregation += "区间指标先换算为 0～1：最优区间内为 1，到容许区间的边界线性降为 0。"
    across = (
        "不同组的总分不能直接相比；跨组名次只按标准化得分（总分减本组平均数，除以本组标准差，除数为 n）排列，"
        "说明各单位在自己组里的相对位置。"
    )
    return (
        ("合成方法", f"{design.aggregation.label}。{aggregation}"),
        ("赋权方法", f"{design.weighting.label}。{_weighting(design)}权重不取整，显示时才四舍五入。"),
        ("名次", "各地区类型单独计算，只在本组内排名；总分相同的名次相同，后面的名次顺延（1、2、2、4）。"),
        ("跨组对照", across),
        ("缺失数据", "缺任何一个指标的单位不参加计算并列出名单，不按 0 处理，也不填补。"),
    )


def _weighting(design: Design) -> str:
    where = f"熵权的范围：{design.scope.label}。" if design.uses_entropy else ""
    if design.weighting is Weighting.COMBINED:
        alpha = f"{design.alpha.normalize():f}"
        rest = f"{(1 - design.alpha).normalize():f}"
        return (
            f"权重 = {alpha} × 主观权重 + {rest} × 熵权。主观权重（{design.subjective.label}）：{_WEIGHTINGS[design.subjective]}"
            f"熵权：{_WEIGHTINGS[Weighting.ENTROPY]}{where}"
        )
    return _WEIGHTINGS[design.weighting] + where
