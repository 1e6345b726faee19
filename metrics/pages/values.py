"""What a return holds now, and what was done to it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Actor
from core import clock
from metrics import pictures, queries, rounds, tracing
from metrics.model import Entry, Form, Line
from metrics.queries import ReturnView
from metrics.workbook import remark
from web import charts, widgets

FIGURE = "metrics/pages/figure.py"


def address(
    collection_id: int, indicator_id: int, region_code: str, period: str, group: str = "", arm: str = ""
) -> dict[str, str]:
    """Where a figure's origin is told; with `arm` of the sum over a scope's units of one kind."""
    found = {
        "collection": str(collection_id),
        "indicator": str(indicator_id),
        "region": region_code,
        "period": period,
    }
    return found | ({"group": group} if group else {}) | ({"arm": arm} if arm else {})


def current(actor: Actor, view: ReturnView, form: Form) -> None:
    """The values stored now, beside those of a correction that waits what was locked; a row leads to where its figure
    comes from."""
    st.subheader("现在的数", anchor=False)
    if not form.lines:
        widgets.empty("这项报送任务还没有指标。请联系研究院。")
        return
    locked = rounds.before_correction(actor, view.id)
    widgets.table(
        pd.DataFrame(
            {
                "代码": line.indicator.code,
                "指标": line.indicator.name,
                **({} if locked is None else {"锁定时": _locked(line, locked)}),
                "数值": line.current.show(line.indicator) if line.current else "–",
                "状态": _state(line),
                "说明": remark(line.current) or "–",
                "基线": "–" if line.baseline is None else line.indicator.show(line.baseline),
                "目标": "–" if line.target is None else line.indicator.show(line.target),
            }
            for line in form.lines
        ),
        f"return_values_{view.version}",  # else it keeps the column widths of the values before
        open_page=FIGURE,
        addresses=[
            address(view.collection_id, line.indicator.id, view.region_code, view.period) for line in form.lines
        ],
        help={"数值": "括号里是分子 / 分母", "锁定时": "更正以前的数；采纳更正之前，汇总仍用它"},
    )


def trends(actor: Actor, view: ReturnView, form: Form) -> None:
    """One indicator through its periods, with every baseline and target, old and new."""
    names = {line.indicator.id: line.indicator for line in form.lines}
    chosen = st.selectbox("指标", list(names), 0, lambda number: names[number].name, key="return_trend")
    indicator = names[chosen]
    found = queries.explain(actor, view.collection_id, chosen, view.region_code, view.period)
    points = tracing.series(actor, view.collection_id, indicator, view.region_code, view.period)
    if found is None or not points:
        st.caption("已提交的各期里还没有这个指标的数，暂时画不出变化趋势。")
        return
    charts.draw(
        lambda: pictures.trend(indicator, points, found.targets, view.region, region_code=view.region_code),
        ("return", view.id, chosen),
        describe=f"{view.region}{indicator.name}各期的变化，附基线和目标，改过的旧线也在",
    )
    charts.rows(
        lambda: pictures.trend_rows(indicator, points, view.region),
        f"{indicator.name}各期",
        view.region,
        ("return", view.id, chosen),
    )


def history(actor: Actor, return_id: int) -> None:
    """What was done to a return that the actor sees, newest first."""
    events = accounts.queries.history(actor, "return", return_id)
    if not events:
        st.caption("还没有办理记录。")
        return
    st.dataframe(
        pd.DataFrame(
            [(clock.show(e.at), e.actor, e.words, _changed(e.changes), e.reason or "–") for e in events],
            columns=["时间（北京）", "人员", "事项", "内容", "理由"],
        ),
        key="return_events",
        hide_index=True,
        width="stretch",
    )


def _locked(line: Line, locked: Mapping[int, Entry]) -> str:
    """What stood before the correction; a sign where it is another figure now."""
    before = locked.get(line.indicator.id)
    shown = before.show(line.indicator) if before else "–"
    return f"△ {shown}" if shown != (line.current.show(line.indicator) if line.current else "–") else shown


def _state(line: Line) -> str:
    return f"● {line.current.state.label}" if line.current else "○ 未填"


def _changed(changes: dict[str, object]) -> str:
    """SX01 – → 96.00%（96 / 100）；…"""
    return "；".join(f"{code} {pair[0]} → {pair[1]}" for code, pair in changes.items() if isinstance(pair, list)) or "–"
