"""What the terms of a definition mean, in plain words."""

from __future__ import annotations

from decimal import Decimal

from core.words import Accumulation, Combine, Direction, EvidenceKind, Kind
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
ACCUMULATIONS = {
    Accumulation.PER_PERIOD: "只填本期发生的数。",
    Accumulation.TO_DATE: "填从开始累计到本期末的数，只增不减；比较时换算成每期增加的数。",
    Accumulation.YEAR_TO_DATE: "填从年初累计到本期末的数，每年从头开始；比较时换算成每期增加的数。",
}


def sides(indicator: Indicator) -> str:
    """What is to be filled in: 分子：…（件）；分母：…（件）, or the one figure."""

    def side(label: str, unit: str) -> str:
        return f"{label}（{unit}）" if unit else label

    if not indicator.kind.has_denominator:
        return side(indicator.n_label, indicator.n_unit)
    return f"分子：{side(indicator.n_label, indicator.n_unit)}；分母：{side(indicator.d_label, indicator.d_unit)}"


def bounds(indicator: Indicator, low: Decimal | None, high: Decimal | None) -> str:
    """不低于 0.00%，不高于 100.00%; “” when neither is set."""
    parts = [
        f"不低于 {indicator.show(low)}" if low is not None else "",
        f"不高于 {indicator.show(high)}" if high is not None else "",
    ]
    return "，".join(part for part in parts if part)


def facts_of(indicator: Indicator) -> list[tuple[str, str]]:
    """Everything a definition lays down, as names and words."""
    within = ""
    usual = bounds(indicator, indicator.plausible_min, indicator.plausible_max)
    sure = bounds(indicator, indicator.hard_min, indicator.hard_max)
    if indicator.direction is Direction.WITHIN:
        within = f"，以 {indicator.show(indicator.best_min)} 至 {indicator.show(indicator.best_max)} 为好"
    fixed = "分母是固定底数，不随期累计。" if indicator.d_fixed else ""
    evidence = indicator.evidence_kind.label
    if indicator.evidence_kind is not EvidenceKind.NONE:
        evidence = f"要求{evidence}：{indicator.evidence or '没有写明'}"
    return [
        ("怎么算", indicator.formula),
        ("填什么", sides(indicator)),
        ("类型", f"{indicator.kind.label}：{KINDS[indicator.kind]}"),
        ("方向", f"{indicator.direction.label}{within}：{DIRECTIONS[indicator.direction]}"),
        ("换算与小数", f"{_times(indicator)}{indicator.unit or '无单位'}，保留 {indicator.decimals} 位小数，四舍五入"),
        ("本期数或累计数", f"{indicator.accumulation.label}：{ACCUMULATIONS[indicator.accumulation]}{fixed}"),
        ("多地怎么合成", f"{indicator.combine_regions.label}：{COMBINES[indicator.combine_regions]}"),
        ("多期怎么合成", f"{indicator.combine_time.label}：{COMBINES[indicator.combine_time]}"),
        ("周期与期限", f"{indicator.cadence.label}，期末后第 {indicator.due_days} 个工作日报得出"),
        ("必须在什么范围", f"{sure}；超出的不能保存" if sure else "没有限制"),
        ("通常在什么范围", f"{usual}；超出的会提醒核对" if usual else "没有规定"),
        ("数据来源", indicator.source or "–"),
        ("怎么采集", indicator.collected_by or "–"),
        ("佐证材料", evidence),
        ("通常作什么用", indicator.role.label),
        ("随季节变化", "是：作目标指标时，试点要看满一年才下结论" if indicator.seasonal else "否"),
    ]


def _times(indicator: Indicator) -> str:
    return f"结果乘以 {indicator.factor:,}，单位 " if indicator.factor != 1 else "单位 "
