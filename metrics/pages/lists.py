"""The parts of the list of returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.words import ReturnState as S
from metrics import service
from metrics.overview import Waiting
from metrics.pages import reminding_parts
from metrics.queries import ReturnView
from web import guard, widgets

FORM = "metrics/pages/return_form.py"
_CARDS = 8

# What the list may be narrowed to → the question it asks of `queries.returns`.
VIEWS: Mapping[str, Callable[[date], dict[str, Any]]] = {
    "已开始报送": lambda today: {"open_by": today},
    "待填报": lambda today: {"open_by": today, "states": (S.DRAFT, S.RETURNED)},
    "逾期未报": lambda today: {"overdue_on": today},
    "待审核": lambda _: {"states": (S.SUBMITTED,)},
    "已退回": lambda _: {"states": (S.RETURNED,)},
    "已审核": lambda _: {"states": (S.APPROVED,)},
    "已锁定": lambda _: {"states": (S.LOCKED,)},
    "全部": lambda _: {},
}


def due(view: ReturnView) -> str:
    """The deadline, marked where the calendar it was counted by is not published yet."""
    return f"{view.due_on}{'（暂算）' if view.due_provisional else ''}"


def todo(actor: Actor, owed: Sequence[ReturnView], opening: tuple[date, int] | None) -> None:
    """What a county has to do now: sent back first, then by deadline."""
    st.subheader("现在要办", anchor=False)
    if not owed:
        st.success("没有待填报的报送。" + (f"下一次从 {opening[0]} 开始，共 {opening[1]} 份。" if opening else ""))
        return
    ordered = sorted(owed, key=lambda view: (view.state is not S.RETURNED, view.due_on, view.id))
    for view in ordered[:_CARDS]:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"owed_{view.id}"):
            reason = f"  \n退回理由：{guard.plain(view.comment)}" if view.comment and view.state is S.RETURNED else ""
            st.markdown(
                f"{widgets.badge(*view.status)}　**{guard.plain(view.collection)}**　{view.label}"
                f"　已填 {view.filled}/{view.asked}　截止 {due(view)}{reason}",
                width="stretch",
            )
            st.page_link(
                FORM,
                label="去更正" if view.state is S.LOCKED else "去填报",
                icon=":material/edit:",
                query_params={"id": str(view.id)},
                width="content",
            )
        reminding_parts.of_return(actor, view)
    if len(ordered) > _CARDS:
        st.caption(f"另有 {len(ordered) - _CARDS} 份，见下表。")


def progress(waiting: Sequence[Waiting]) -> None:
    """How much waits, and in which collections."""
    widgets.figures(
        [
            ("待审核", f"{sum(row.submitted for row in waiting):,} 份", ""),
            ("退回待改", f"{sum(row.returned for row in waiting):,} 份", ""),
            ("逾期未报", f"{sum(row.overdue for row in waiting):,} 份", ""),
        ]
    )
    if not waiting:
        return
    with st.expander("各报送任务的进度", icon=":material/checklist:", key="returns_progress"):
        st.dataframe(
            pd.DataFrame(
                {
                    "报送任务": row.collection,
                    "待审核": row.submitted,
                    "退回待改": row.returned,
                    "逾期未报": row.overdue,
                    "最早截止": "–" if row.oldest_due is None else str(row.oldest_due),
                }
                for row in waiting
            ),
            key="returns_waiting",
            hide_index=True,
            width="stretch",
        )


def table(actor: Actor, rows: Sequence[ReturnView], *, with_region: bool) -> None:
    widgets.table(
        _frame(rows, with_region=with_region),
        "returns_table",
        open_page=FORM,
        ids=[row.id for row in rows],
        counties=widgets.to_counties(actor, [row.region_code for row in rows]) if with_region else None,
    )


def queue(actor: Actor, rows: Sequence[ReturnView]) -> None:
    """Returns to review: one can be opened, several approved together."""
    ids = [row.id for row in rows]
    # Approval is of what was on the screen when its button was pressed, not of what this run has just read.
    seen = st.session_state.get("returns_queue_seen", {})
    st.session_state["returns_queue_seen"] = fresh = {row.id: row.version for row in rows}
    key = f"returns_queue_{hash(tuple(ids))}"
    counties = widgets.to_counties(actor, [row.region_code for row in rows])
    event = st.dataframe(
        _frame(rows, with_region=True),
        # Chosen rows are positions, so another list of returns is another table without any chosen.
        key=key,
        column_config=widgets.county_columns(key, counties),
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="multi-row",
    )
    widgets.follow_county(key, counties)
    chosen = {ids[position]: seen.get(ids[position], fresh[ids[position]]) for position in event.selection.rows}
    if not chosen:
        st.caption("勾选左侧方框：选一份可打开，选几份可一并审核通过；表头的方框可全选。")
        return
    with st.container(horizontal=True):
        if len(chosen) == 1:
            st.page_link(
                FORM, label="打开这一份", icon=":material/open_in_new:", query_params={"id": str(next(iter(chosen)))}
            )
        with st.popover(f"审核通过 {len(chosen)} 份…", key="returns_approve_ask", type="primary"):
            st.warning(f"所选 {len(chosen)} 份报送将标为“已审核”。有疑问的请先打开，或退回并写明理由。")
            if st.button(f"确认审核通过 {len(chosen)} 份", key="returns_approve", type="primary"):
                with guard.show_errors():
                    done = service.approve_many(actor, chosen)
                    again = (
                        f"另有 {len(done.changed)} 份在您查看之后又有改动，没有通过，请重新核对。"
                        if done.changed
                        else ""
                    )
                    own = f"{len(done.own)} 份是您自己送报的，请由另一位研究院人员审核。" if done.own else ""
                    widgets.flash(f"已审核通过 {done.approved} 份。{again}{own}")
                    st.rerun()


def _frame(rows: Sequence[ReturnView], *, with_region: bool) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "报送期": row.label,
            "状态": widgets.shape(*row.status),
            "地区": row.region,
            "报送任务": row.collection,
            "已填": f"{row.filled}/{row.asked}",
            "截止日期": due(row),
            "提交时间": clock.show(row.submitted_at),
        }
        for row in rows
    )
    return frame if with_region else frame.drop(columns="地区")
