"""A quality score on the page: total, parts with their numbers, the cheapest way up, the list behind each part."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.numbers import format_number
from core.periods import Period
from core.settings import settings
from metrics import pictures
from metrics.frozen_quality import Reckoning, RoundScore
from metrics.pages.values import FIGURE, address
from metrics.quality import Aspect, Quality
from metrics.quality_queries import Board, Loss, Report
from web import charts, guard, widgets

UNIT = "metrics/pages/quality_unit.py"
FORM = "metrics/pages/return_form.py"
HELP = {
    Aspect.COMPLETENESS.label: "到期应报的数里，报了数或写明原因的",
    Aspect.TIMELINESS.label: "到期应报的报送里，首次提交不晚于截止日期的",
    Aspect.VALIDITY.label: "有数的里，校验规则没有疑问的；每有一条没有答复清楚的提醒扣四分之一",
    Aspect.CONSISTENCY.label: "有六期以上历史的数里，与自己的历史相符的",
    Aspect.EVIDENCE.label: "口径要求佐证的数里，附了佐证的",
    Aspect.CORRECTIONS.label: "报来的数里，提交以后没有再改的",
}


def total(quality: Quality) -> str:
    return "–" if quality.total is None else format_number(quality.total, 1)


def computed_on(quality: Quality) -> str:
    n, m = quality.computed_on
    absent = [aspect.label for aspect in Aspect if aspect not in {part.aspect for part in quality.parts}]
    words = f"按 {n} / {m} 个部分计算"
    return words + (f"；{'、'.join(absent)}本期没有应查的，不计，其余部分按比例折算" if absent else "")


def head(quality: Quality) -> None:
    """The total against the floor, and each part's points."""
    items = [("数据质量分", total(quality), f"低于 {settings().quality_floor:g} 分不能下结论")]
    items += [
        (
            part.aspect.label,
            f"{format_number(part.points, 1)} / {format_number(part.weight, 0)}",
            part.counted,
        )
        for part in quality.parts
    ]
    widgets.figures(items, help=HELP | {"数据质量分": "满分 100；不参与指标计算，只决定能否下结论、先催谁补什么"})
    st.caption(computed_on(quality))


def then(frozen: Quality | None, *, unkept: bool) -> None:
    """What the score was when the round was frozen; that one is reported and drawn. Of rounds frozen before scores
    were kept, that there is only today's."""
    if unkept:
        st.caption(
            f"◐ 本期冻结时系统还没有留存质量分：上面和走势里的这一期都是{Reckoning.RECOMPUTED.label}的，会随以后的更正和答复变化。"
        )
    if frozen is None:
        return
    parts = "、".join(
        f"{part.aspect.label} {format_number(part.points, 1)} / {format_number(part.weight, 0)}"
        for part in frozen.parts
    )
    st.caption(
        f"本期已冻结，冻结时 {total(frozen)} 分（{parts}）。各期走势按冻结时的分画；上面是现在的分，以后的更正和答复只影响现在的分。"
    )


def way_up(quality: Quality) -> None:
    """The three cheapest ways to raise the score."""
    if not quality.cheapest_fixes:
        st.success("各部分都是满分。")
        return
    with st.container(border=True, key="quality_fixes"):
        st.markdown("**最省力的三种办法**" if len(quality.cheapest_fixes) == 3 else "**怎样提高**")
        for number, fix in enumerate(quality.cheapest_fixes, start=1):
            st.markdown(f"{number}. {guard.plain(fix.text)}")


def lists(report: Report) -> None:
    """Part by part what costs points; a row opens the figure or the return."""
    for part in report.quality.parts:
        found = report.of(part.aspect)
        label = f"{part.aspect.label}：{'没有扣分' if not found else f'{len(found)} 项'}"
        if not found:
            st.markdown(f"● {guard.plain(label)}")
            continue
        with st.expander(label, expanded=True, key=f"quality_{part.aspect.value}"):
            st.caption(HELP[part.aspect.label])
            _table(report, part.aspect, found)


def _table(report: Report, aspect: Aspect, found: Sequence[Loss]) -> None:
    whole = aspect is Aspect.TIMELINESS
    widgets.table(
        pd.DataFrame(
            {
                "报送期": Period.parse(loss.period).label,
                **({} if loss.indicator is None else {"指标": loss.indicator.name}),
                "怎么了": loss.words,
            }
            for loss in found
        ),
        f"quality_{aspect.value}_{report.region_code}_{report.period}",
        open_page=FORM if whole or aspect in (Aspect.COMPLETENESS, Aspect.EVIDENCE) else FIGURE,
        addresses=[
            {"id": str(loss.return_id)}
            if loss.indicator is None or aspect in (Aspect.COMPLETENESS, Aspect.EVIDENCE)
            else address(report.collection_id, loss.indicator.id, loss.region_code, loss.period)
            for loss in found
        ],
    )


def through(rows: Sequence[RoundScore], place: str, key: tuple[object, ...]) -> None:
    """The total through the rounds."""
    if len(rows) < 2:
        st.caption("只有一期，还画不出变化趋势。")
        return
    charts.draw(
        lambda: pictures.quality(rows, place, settings().quality_floor),
        ("quality", *key),
        describe=f"{place}各期的数据质量分，虚线是下结论所需的最低分",
    )
    charts.rows(lambda: scores(rows), "各期数据质量分", place, ("quality", *key))


def scores(rows: Sequence[RoundScore]) -> pd.DataFrame:
    """The rounds as a table, the newest first."""
    return pd.DataFrame(
        {"报送期": Period.parse(key).label, "总分": format_number(total, 1), "算法": reckoning.label}
        for key, total, reckoning in reversed(rows)
    )


def frame(board: Board) -> pd.DataFrame:
    """One row a unit, to be sorted by any part; numbers stay numbers."""
    rows = []
    for unit in board.units:
        parts = {part.aspect: round(float(part.points), 1) for part in unit.quality.parts}
        rows.append(
            {
                "地区": unit.region,
                "地区类型": unit.group or "–",
                "总分": None if unit.quality.total is None else round(float(unit.quality.total), 1),
                "组内名次": "–" if unit.place is None else f"{unit.place} / {unit.of}",
                **{aspect.label: parts.get(aspect) for aspect in Aspect},
                "最省力的办法": unit.quality.cheapest_fixes[0].text if unit.quality.cheapest_fixes else "–",
            }
        )
    return pd.DataFrame(rows)
