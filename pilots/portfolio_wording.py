"""What the portfolio page and its file say of each pilot, and its picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from accounts.permissions import Actor
from core import clock
from core.numbers import MISSING, format_number
from core.periods import Period
from core.tabular import Block, write_xlsx
from core.words import Side
from pilots import portfolio
from pilots.pictures import effect_words, on_the_way
from pilots.portfolio import Attained, Line
from pilots.wording import claim_words
from reports import figures
from reports.figures import Reference
from reports.figures.common import Figure

_FEN = 1_000_000  # a 万元
_TARGET = Reference(label="各自现行的目标", value=100.0)


def share_words(found: Attained | None, *, interval: bool = True) -> str:
    """“73%（65%–80%）”."""
    if found is None:
        return MISSING
    words = f"{format_number(found.share * 100, 0)}%"
    if not interval or math.isnan(found.low):
        return words
    return f"{words}（{format_number(found.low * 100, 0)}%–{format_number(found.high * 100, 0)}%）"


def spending(line: Line) -> str:
    """“已支付 32.0 / 80.0 万元（40%）”, with 超支 where more was paid than planned."""
    if line.planned is None:
        return MISSING if line.paid is None else f"{_wan(line.paid)} 万元（没有预算）"
    paid = line.paid or 0
    rate = (
        f"（{format_number(100 * paid / line.planned, 0)}%{'，超支' if paid > line.planned else ''}）"
        if line.planned
        else ""
    )
    return f"{_wan(paid)} / {_wan(line.planned)} 万元{rate}"


def _wan(fen: int) -> str:
    return format_number(fen / _FEN, 1)


def effect(line: Line) -> str:
    """What the comparison says of the goal today, and how much may be claimed: “+3.1个百分点（+1.2 至 +5.0），可作因果判断”."""
    found = line.cause.effect
    if found is None or line.indicator is None:
        return MISSING
    return f"{effect_words(line.indicator, found)}，{claim_words(found)}"


def rows(lines: Sequence[Line]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "试点": line.pilot.name,
                "状态": line.pilot.state.label,
                "结论": line.pilot.verdict.verdict.label if line.pilot.verdict else MISSING,
                "目标指标": line.indicator.name if line.indicator else MISSING,
                "最近一期": Period.parse(line.period).label if line.period else MISSING,
                "数值": line.indicator.show(line.figure.value) if line.indicator and line.figure else MISSING,
                "基线": MISSING if line.indicator is None else line.indicator.show(line.baseline),
                "目标": MISSING if line.indicator is None else line.indicator.show(line.target),
                "达成率": None if line.attained is None else round(line.attained.share * 100, 1),
                "效果（与对照地区相比）": effect(line),
                "数据质量": MISSING if line.quality is None else format_number(line.quality, 0),
                "达成率区间": share_words(line.attained),
                **{
                    f"{side.label}达成率": share_words(line.by_side.get(side.label))
                    for side in (Side.DEVELOPED, Side.UNDERDEVELOPED)
                },
                "近一年按时报送": prompt(line),
                "经费（已支付 / 预算）": spending(line),
                "试点 / 对照": f"{line.pilot.pilots} / {line.pilot.comparisons}",
                "起止": f"{line.pilot.start_on} 至 {line.pilot.end_on}",
                "下一步": portfolio.next_step(line.pilot),
            }
            for line in lines
        ]
    )


def prompt(line: Line) -> str:
    good, due = line.prompt
    return f"{format_number(100 * good / due, 0)}%" if due else MISSING


def picture(lines: Sequence[Line], *, width: int = 560) -> Figure:
    """How far each pilot has come towards its target, with its interval, the furthest first."""
    known = sorted(
        (line for line in lines if line.attained), key=lambda line: -(line.attained.share if line.attained else 0)
    )
    records = [
        {
            "name": _named(line),
            "estimate": found.share * 100,
            "low": found.low * 100,
            "high": found.high * 100,
            "shown": share_words(found),
            "printed": share_words(found, interval=False),
            "group": "全部试点",
            "note": f"{line.indicator.name} {line.indicator.show(line.figure.value)}"
            if line.indicator and line.figure
            else "",
        }
        for line in known
        for found in (line.attained,)
        if found is not None
    ]
    columns = ["name", "estimate", "low", "high", "shown", "printed", "group", "note"]
    return figures.dots(
        pd.DataFrame(records, columns=columns),
        title="目标达成率及其95%区间",
        unit="达成率（%）",
        lines=[_TARGET],
        marks=(marks := _replaced((_named(line), line) for line in known)),
        subtitle=_told(marks),
        width=width,
    )


def sides_picture(lines: Sequence[Line], *, width: int = 560) -> Figure:
    """The same for each side, of the pilots that have counties on both."""
    records = [
        {
            "name": _named(line, side),
            "estimate": found.share * 100,
            "low": found.low * 100,
            "high": found.high * 100,
            "shown": share_words(found),
            "printed": share_words(found, interval=False),
            "group": side,
            "note": line.pilot.name,
        }
        for line in lines
        if len(line.by_side) == 2
        for side, found in line.by_side.items()
    ]
    columns = ["name", "estimate", "low", "high", "shown", "printed", "group", "note"]
    return figures.dots(
        pd.DataFrame(records, columns=columns),
        title="两类地区各自的达成率",
        unit="达成率（%）",
        lines=[_TARGET],
        marks=(
            marks := _replaced(
                (_named(line, side), line) for line in lines if len(line.by_side) == 2 for side in line.by_side
            )
        ),
        subtitle=_told(marks),
        width=width,
    )


def _named(line: Line, side: str = "") -> str:
    name = line.pilot.name.removesuffix("试点")
    return f"{name}·{side[:2]}" if side else name


def _replaced(rows: Iterable[tuple[str, Line]]) -> pd.DataFrame:
    """The lines that each pilot's baseline and target replaced, on its own way: name, at, label."""
    found = [
        (name, mark.value, mark.label)
        for name, line in rows
        if line.indicator is not None
        for mark in on_the_way(line.indicator, line.targets, line.baseline, line.target, line.period)
        if not mark.current
    ]
    return pd.DataFrame(found, columns=["name", "at", "label"])


def _told(marks: pd.DataFrame) -> list[str]:
    """What the strokes are, a line a pilot: 短竖　民呼我为全省：目标 90.00%（原）."""
    names = marks.name.str.partition("·")[0] if len(marks) else marks.name
    return [f"短竖　{name}：{'、'.join(dict.fromkeys(part.label))}" for name, part in marks.groupby(names, sort=False)]


def workbook(actor: Actor) -> bytes:
    """All pilots as a workbook."""
    frame = rows(portfolio.portfolio(actor))
    return write_xlsx([Block("试点比较", list(frame.columns), frame.to_numpy().tolist())], made_at=clock.now())
