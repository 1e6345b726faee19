"""What the page and the report both say of a measure, so that they cannot differ by a digit or a word."""

from __future__ import annotations

import pandas as pd

from core.numbers import format_number
from core.periods import Period
from core.words import Arm
from metrics import latecomers
from metrics.comparison import Effect
from metrics.model import Indicator
from pilots import pictures
from pilots.evaluation import Evaluation, Measure
from pilots.pictures import effect_words, parts

MOST_CLOSED = 3  # times a gap beyond which the figure is not printed


def key_figures(evaluation: Evaluation, measure: Measure) -> list[tuple[str, str, str]]:
    """Label, value and what it is compared with: on the page and in the report alike."""
    indicator = measure.indicator
    reported, expected = measure.coverage
    when = Period.parse(measure.latest).label if measure.latest else "尚无完整的一期"
    goal = "未设目标" if measure.target is None else f"目标 {indicator.show(measure.target)}"
    found = [
        (f"{indicator.name}（试点合计）", indicator.show(measure.value), f"{when}，{goal}"),
        (
            "目标达成率",
            percent(measure.attained),
            "未设基线" if measure.baseline is None else f"基线 {indicator.show(measure.baseline)}",
        ),
    ]
    if not evaluation.own_only:
        found.append(("试点效果", *_estimate(indicator, measure.effect, strength_words(measure))))
        found.append(("两类地区之差", *_estimate(indicator, measure.gap, "只有一类地区")))
    total = evaluation.quality.total
    found.append(("数据质量分", format_number(total, 0), "满分 100"))
    found.append(
        (
            "本期报送",
            f"{reported} / {expected}",
            f"待审核 {evaluation.unapproved} 份" if evaluation.unapproved else "全部已审核",
        )
    )
    return found


def percent(share: float | None) -> str:
    """A share printed as a whole percentage; “–” for none."""
    return "–" if share is None or pd.isna(share) else f"{format_number(share * 100, 0)}%"


def share_words(share: float) -> str:
    """As `percent`, but what is not yet whole never reads 100 %, and a beginning never 0 %."""
    if 0.995 <= share < 1:
        return "99%"
    return "不到 1%" if 0 < share < 0.005 else percent(share)


def closed_words(share: float) -> str:
    """The share of a gap that was closed; where the gap was small the exact multiple says nothing."""
    if abs(share) > MOST_CLOSED:
        return f"{'倒退 ' if share < 0 else ''}{MOST_CLOSED:.0f} 倍以上"
    return share_words(share)


def strength_words(measure: Measure) -> str:
    """How much may be claimed, with the numbers of units that decide it."""
    effect = measure.effect
    if effect is None:
        return "没有可比的前后数据"
    return f"{_CLAIMS[effect.strength]}（试点 {effect.n_treated}，对照 {effect.n_comparison}）{_doubt(effect)}"


def claim_words(effect: Effect) -> str:
    """The same in a few words: “可作因果判断”, “仅作初步判断，不稳健”."""
    return f"{_CLAIMS[effect.strength]}{_doubt(effect)}"


_CLAIMS = {"causal": "可作因果判断", "indicative": "仅作初步判断", "descriptive": "仅作描述"}


def _doubt(effect: Effect) -> str:
    return "" if effect.robust else "，不稳健"


def compare_words(measure: Measure) -> str:
    """One sentence on the two sides: each effect and the interval of their difference."""
    indicator = measure.indicator
    if len(measure.by_side) < 2:
        only = next(iter(measure.by_side), "")
        return f"试点和对照都有数据的只有{only}一类，不能比较两类地区。" if only else "还没有可比的试点与对照数据。"
    (first, a), (second, b) = measure.by_side.items()
    gap = measure.gap
    words = f"{first}试点效果为{effect_words(indicator, a)}，{second}为{effect_words(indicator, b)}。"
    if gap is None or pd.isna(gap.low):
        return words + "单位太少，两类之差无法给出区间。"
    clear = gap.low > 0 or gap.high < 0
    return (
        words
        + f"两类之差为{effect_words(indicator, gap)}，"
        + ("差别是清楚的。" if clear else "区间包含零，不能说两类地区的效果不同。")
    )


def county_rows(evaluation: Evaluation, measure: Measure) -> pd.DataFrame:
    """The latest period, one row a county: code, 地区, 地区类型, 试点或对照, 数值, 分子 / 分母, 达成率, 审核."""
    latest = measure.counties[measure.counties.period == measure.latest].set_index("code")
    rows = []
    for unit in evaluation.units:
        row = latest.loc[unit.code] if unit.code in latest.index else None
        empty = row is None or pd.isna(row.value)
        rows.append(
            {
                "code": unit.code,
                "地区": unit.name,
                "设区市": unit.city,
                "地区类型": unit.group or "未分组",
                "试点或对照": unit.arm.label,
                "数值": "–" if empty else measure.indicator.show(float(row.value)),  # type: ignore[union-attr]
                "分子 / 分母": "–" if empty else parts(row.n, row.d),  # type: ignore[union-attr]
                "达成率": percent(measure.attained_by.get(unit.code)) if unit.arm is Arm.PILOT else "",
                "审核": "" if empty else "待审核" if row.unapproved else "已审核",  # type: ignore[union-attr]
            }
        )
    return pd.DataFrame(rows)


def late_words(evaluation: Evaluation) -> str:
    """Which comparison units stand in no comparison, and why; “” for none."""
    names = "、".join(f"{unit.name}（{unit.joined_on} 加入）" for unit in evaluation.late)
    return f"{names}：{latecomers.WHY}。" if names else ""


def restated_rows(evaluation: Evaluation) -> pd.DataFrame:
    """What came late or was corrected after its round was frozen: 报送期, 地区, 指标, 类别, 冻结数, 更正后, 理由, 计入."""
    return pd.DataFrame(
        [
            [
                Period.parse(item.period).label,
                item.region,
                item.indicator.name,
                item.kind,
                item.before,
                item.after,
                item.reason or "–",
                f"{Period.parse(item.round).label}冻结时" if item.round else "待下一期冻结",
            ]
            for item in evaluation.restated
        ],
        columns=["报送期", "地区", "指标", "类别", "冻结数", "更正后", "理由", "计入"],
    )


def restated_words(evaluation: Evaluation, measure: Measure) -> str:
    """One sentence on a measure's corrections, or “”: 其中 3 个数在冻结后有更正或补计（2026年3月、2026年4月）。"""
    periods = [item.period for item in evaluation.restated if item.indicator.code == measure.indicator.code]
    if not periods:
        return ""
    labels = "、".join(Period.parse(period).label for period in sorted(set(periods)))
    return f"其中 {len(periods)} 个数在冻结后有更正或补计（{labels}），这里按更正后的数计算。"


def return_figures(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """How the returns stand: label, value, what it is compared with."""
    due = evaluation.returns[evaluation.returns.due]
    reported = float((~due.status.isin(["missing", "returned"])).mean()) if len(due) else None
    return [
        ("应报", f"{len(due):,} 份", "自登记以来已到期"),
        ("已报", percent(reported), "占应报"),
        ("按时", percent(float(due.on_time.mean()) if len(due) else None), "占应报"),
        ("数据质量分", format_number(evaluation.quality.total, 0), "不参与指标计算，只决定能否下结论"),
    ]


def quality_rows(evaluation: Evaluation) -> pd.DataFrame:
    """The quality score's parts: 部分, 符合 / 应有, 得分, 满分."""
    return pd.DataFrame(
        [
            [part.aspect.label, part.counted, format_number(part.points, 1), format_number(part.weight, 1)]
            for part in evaluation.quality.parts
        ],
        columns=["部分", "符合 / 应有", "得分", "满分"],
    )


def _estimate(indicator: Indicator, effect: Effect | None, otherwise: str) -> tuple[str, str]:
    """An estimate and, under it, its interval, or why there is none."""
    if effect is None or pd.isna(effect.estimate):
        return "–", otherwise
    number = format_number(effect.estimate, indicator.decimals, signed=True)
    if pd.isna(effect.low):
        return number, otherwise
    low, high = (format_number(bound, indicator.decimals, signed=True) for bound in (effect.low, effect.high))
    return number, f"95%区间 {low} 至 {high}{pictures.effect_unit(indicator)}"
