"""What a design could show: the smallest change that would be seen with the registered regions. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from metrics.comparison import Strength, gate, minimum_detectable
from metrics.model import Indicator

LEAST_PERIODS, LEAST_UNITS = 4, 4
_WORDS: Mapping[Strength, str] = {
    "causal": "可作因果判断",
    "indicative": "只能初步判断",
    "descriptive": "只能描述，不能说是试点造成的",
}


@dataclass(frozen=True)
class Outlook:
    """`smallest_seen` and `sd` are in the indicator's unit; None when nothing is known about how much regions'
    figures move by themselves."""

    indicator: Indicator
    n_pilots: int
    n_comparisons: int
    sd: float | None
    sd_from: str  # what the sd was taken from, in words
    matters: float | None  # the smallest change that matters

    @property
    def strength(self) -> Strength:
        return gate(self.n_pilots, self.n_comparisons)

    @property
    def smallest_seen(self) -> float | None:
        if self.sd is None or not self.n_pilots or not self.n_comparisons:
            return None
        return minimum_detectable(self.sd, self.n_pilots, self.n_comparisons)

    @property
    def needed(self) -> int | None:
        """How many regions on each side would let the smallest change that matters be seen."""
        if self.sd is None or not self.matters:
            return None
        return max(1, math.ceil(2 * (2.8 * self.sd / self.matters) ** 2 - 1e-9))


def changes(frame: pd.DataFrame) -> pd.Series:
    """By how much each region's mean moved between the two halves of the time, by code: code, period, added →.
    Empty below four periods."""
    periods = sorted(frame.period.unique())
    if len(periods) < LEAST_PERIODS:
        return pd.Series(dtype=float)
    early = frame.period < periods[len(periods) // 2]
    moved = frame[~early].groupby("code").added.mean() - frame[early].groupby("code").added.mean()
    return moved.dropna()


def spread(frame: pd.DataFrame) -> tuple[float, int] | None:
    """How much regions move by themselves: the standard deviation (divisor n − 1) of their `changes`, and how
    many regions it is from. None below four periods or four regions."""
    moved = changes(frame.dropna(subset=["added"]))
    return None if len(moved) < LEAST_UNITS else (float(moved.std(ddof=1)), len(moved))


def sentences(outlook: Outlook) -> list[str]:
    """What the design could show, in plain words, the plainest first."""
    if not outlook.n_pilots or not outlook.n_comparisons:
        return ["选好试点和对照地区后，这里显示这个设计能看出多小的变化。"]
    counts = f"试点 {outlook.n_pilots} 个、对照 {outlook.n_comparisons} 个"
    found = [f"{counts}：{_WORDS[outlook.strength]}（两边都不少于 5 个可作因果判断，3–4 个初步判断，1–2 个只作描述）。"]
    seen = outlook.smallest_seen
    if seen is None:
        return [*found, "还没有历史数据，不知道各地区平时起伏多大；填一个估计值，就能算出能看出的最小变化。"]
    name = outlook.indicator.name
    found.append(f"“{name}”要变化约 {_show(outlook, seen)}，这个设计才看得出来（依据：{outlook.sd_from}）。")
    if outlook.matters is None:
        found.append("填写“最小有意义变化”，可知道这个设计够不够用。")
    elif seen <= outlook.matters:
        found.append(f"小于“最小有意义变化” {_show(outlook, outlook.matters)}：值得推广的变化看得出来。")
    else:
        needed = outlook.needed or 0
        found.append(
            f"大于“最小有意义变化” {_show(outlook, outlook.matters)}：试点即使有效，也可能看不出来。"
            f"要看得出来，两边约需各 {needed} 个地区；或者换一个平时起伏更小的指标。"
        )
    return found


def by_group(groups: Sequence[tuple[str, int, int]]) -> list[str]:
    """“发达地区：试点 5 个，对照 6 个，可作因果判断” for (group, pilots, comparisons)."""
    return [
        f"{group or '未分组'}：试点 {pilots} 个，对照 {against} 个，{_WORDS[gate(pilots, against)].split('，')[0]}"
        for group, pilots, against in groups
    ]


def _show(outlook: Outlook, value: float) -> str:
    text = outlook.indicator.show(value, unit=False)
    return f"{text} {'个百分点' if outlook.indicator.unit == '%' else outlook.indicator.unit}"
