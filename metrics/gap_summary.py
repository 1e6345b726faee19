"""The first page of 发达/欠发达对比报告: all indicators of a collection together, in words that need no method. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from core.numbers import MISSING, format_number
from core.periods import Period
from core.words import Direction, Side
from metrics import gap_wording as wording
from metrics import sides
from metrics.gap_wording import Comparison
from metrics.sides import FIRST, SECOND, GapPoint

_MOST = 3  # indicators that are named one by one

Table = tuple[list[str], list[list[object]]]


def points(found: Sequence[Comparison]) -> list[str]:
    """What is compared, then the three things to remember: how many lag and for sure, whether gaps close, which to
    look at first."""
    known = [item for item in found if item.now is not None and item.now.gap is not None]
    if not known:
        return ["还没有一项指标两类地区都报齐（不少于八成），暂不能比较。"]
    said = [f"本报告比较{FIRST.label}和{SECOND.label}的 {len(found)} 项指标，其中 {len(known)} 项已能比较。"]
    if len(known) < len(found):
        said[0] = said[0].rstrip("。") + f"，{_names(item for item in found if item not in known)}还不能。"
    behind, ahead = ([item for item in known if _ahead(item) is side] for side in (FIRST, SECOND))
    sure = [item for item in behind if _clear(item)]
    words = f"{SECOND.label}落后的有 {len(behind)} 项"
    if behind:
        words += f"，其中差别清楚的 {_count(sure)}"
    if len(sure) < len(behind):
        words += "，其余的可能只是偶然波动"
    said.append(words + (f"；领先的有 {len(ahead)} 项（{_names(ahead)}）。" if ahead else "。"))
    moved = [item for item in known if item.trend is not None]
    closing = [item for item in moved if _change(item) < 0 and _steady(item)]
    widening = [item for item in moved if _change(item) > 0 and _steady(item)]
    unclear = [item for item in moved if not _steady(item)]
    if moved:
        said.append(
            f"与一年前（或最早可比的一期）相比，差距清楚缩小的 {_count(closing)}，清楚扩大的 {_count(widening)}，"
            f"还看不清的 {len(unclear)} 项。"
        )
    else:
        said.append("还没有两期可比的数据，看不出差距的变化。")
    first = sorted(sure, key=_weight, reverse=True)[:_MOST]
    if first:
        said.append("最先要看的：" + "；".join(_short(item) for item in first) + "。")
    elif behind:
        said.append(f"没有一项差别是清楚的，不宜据此评价{SECOND.label}；可先看数据是否报齐，再看下一期。")
    else:
        said.append(f"没有一项是{SECOND.label}落后的。")
    return said


def overview(found: Sequence[Comparison]) -> Table:
    """One line an indicator: both figures, the gap with its interval, how it moved, what that means."""
    rows: list[list[object]] = []
    for item in found:
        now, indicator = item.now, item.indicator
        if now is None or now.gap is None:
            rows.append([indicator.name, *[MISSING] * 5, "还不能比较"])
            continue
        rows.append(
            [
                indicator.name,
                f"{Period.parse(now.period).label}\n{counted(now)}",
                indicator.show(now.first.value),
                indicator.show(now.second.value),
                wording.interval(indicator, now.gap),
                wording.interval(indicator, item.trend.change) if item.trend else MISSING,
                verdict(item),
            ]
        )
    header = ["指标", "期别和已报县数", FIRST.label, SECOND.label, "差距及95%区间", "差距的变化（负为缩小）", "怎么看"]
    return header, rows


def counted(now: GapPoint) -> str:
    """How many counties stand behind a period's comparison."""
    return f"{now.first.reported} 个和 {now.second.reported} 个"


def spoken(found: Comparison) -> str:
    """Which periods and how many counties a picture shows: “2026年3月至2026年10月；发达地区 65 至 68 个县，山区海岛县 22 至
    25 个县”: the list of the underdeveloped changes, and the two are never more than there are."""
    points = found.points
    if not points:
        return "没有数据"
    first, last = (Period.parse(points[at].period).label for at in (0, -1))
    span = first if first == last else f"{first}至{last}"
    sides = ([getattr(point, side).expected for point in points] for side in ("first", "second"))
    counts = (str(max(due)) if min(due) == max(due) else f"{min(due)} 至 {max(due)}" for due in sides)
    return f"{span}；{FIRST.label} {next(counts)} 个县，{SECOND.label} {next(counts)} 个县"


def signs(found: Comparison) -> str:
    """What a picture's signs mean, of those that it has: “；空心点为不完整，竖线为名单调整”."""
    drawn = [figure for point in found.points for figure in (point.first, point.second) if figure.value is not None]
    said = ["空心点为不完整"] if any(figure.incomplete for figure in drawn) else []
    said += ["竖线为名单调整"] if found.marks else []
    return f"；{'，'.join(said)}" if said else ""


def verdict(found: Comparison) -> str:
    """An indicator in a few words: 落后，差别清楚，在缩小."""
    now = found.now
    if now is None or now.gap is None:
        return "还不能比较"
    side = _ahead(found)
    if found.indicator.direction is Direction.WITHIN:
        words = "不分高低"
    elif side is None:
        words = "持平"
    else:
        words = f"{SECOND.label}{'落后' if side is FIRST else '领先'}，"
        words += "差别清楚" if _clear(found) else "差别不清楚"
    if found.trend is None:
        return words
    return words + ("，在缩小" if _change(found) < 0 else "，在扩大") if _steady(found) else words + "，变化看不清"


def _ahead(found: Comparison) -> Side | None:
    return None if found.now is None or found.now.gap is None else sides.ahead(found.indicator, found.now.gap)


def _clear(found: Comparison) -> bool:
    return found.now is not None and found.now.gap is not None and sides.clear(found.now.gap)


def _steady(found: Comparison) -> bool:
    return found.trend is not None and found.trend.clear


def _change(found: Comparison) -> float:
    return 0.0 if found.trend is None else float(found.trend.change.estimate)


def _weight(found: Comparison) -> float:
    """How far the gap lies from chance: its size in standard errors, which indicators of any unit have."""
    gap = found.now.gap if found.now else None
    return 0.0 if gap is None or not gap.se or math.isnan(gap.se) else abs(gap.estimate) / gap.se


def _short(found: Comparison) -> str:
    now = found.now
    assert now is not None and now.gap is not None
    size = format_number(abs(now.gap.estimate), found.indicator.decimals)
    return (
        f"“{found.indicator.name}”（{Period.parse(now.period).label} {FIRST.label} {found.indicator.show(now.first.value)}，"
        f"{SECOND.label} {found.indicator.show(now.second.value)}，相差 {size}{wording.unit(found.indicator)}）"
    )


def _count(found: Sequence[Comparison]) -> str:
    return f"{len(found)} 项（{_names(found)}）" if found else "0 项"


def _names(found: Iterable[Comparison]) -> str:
    return "、".join(f"“{item.indicator.name}”" for item in found)
