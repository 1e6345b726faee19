"""What the terms of a definition mean, in plain words."""

from __future__ import annotations

from decimal import Decimal

from core.words import Combine, Direction, Kind
from metrics.model import Indicator

KINDS = {
    Kind.COUNT: "数个数，只填一个整数。",
    Kind.RATIO: "部分占全部的比例：填分子和分母，系统计算；分子不会大于分母。",
    Kind.MEAN: "平均每个多少：填合计和个数，系统计算。",
    Kind.DURATION: "用了多少时间，只填一个数。",
    Kind.MONEY: "花了多少钱，只填一个数。",
    Kind.INDEX: "别处已经算好的指数，只填一个数。",
    Kind.SCORE: "得分和满分都要填；满分不同的不放在一起比较。",
    Kind.YES_NO: "只填是或否。",
}
DIRECTIONS = {
    Direction.HIGHER: "数越大越好；上升记为改善。",
    Direction.LOWER: "数越小越好；下降记为改善。",
    Direction.WITHIN: "落在规定区间里为好。",
}
COMBINES = {
    Combine.RATIO: "分子、分母分别加总后再相除，不对比例求平均。",
    Combine.SUM: "直接相加。",
    Combine.MEAN: "取平均。",
    Combine.LAST: "取最后一期的数。",
    Combine.MAX: "取最大的一个。",
    Combine.NONE: "不汇总，只看各自的数。",
}


def sides(indicator: Indicator) -> str:
    """What is to be filled in: 分子：…（件）；分母：…（件）, or the one figure."""

    def side(label: str, unit: str) -> str:
        return f"{label}（{unit}）" if unit else label

    if not indicator.kind.has_denominator:
        return side(indicator.n_label, indicator.n_unit)
    return f"分子：{side(indicator.n_label, indicator.n_unit)}；分母：{side(indicator.d_label, indicator.d_unit)}"


def bounds(indicator: Indicator, low: Decimal | None, high: Decimal | None, otherwise: str) -> str:
    """不低于 0.00%，不高于 100.00%; `otherwise` when neither is set."""
    if low is None and high is None:
        return otherwise
    parts = [
        f"不低于 {indicator.show(low)}" if low is not None else "",
        f"不高于 {indicator.show(high)}" if high is not None else "",
    ]
    return "，".join(part for part in parts if part)
