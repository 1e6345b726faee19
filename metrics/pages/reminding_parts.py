"""Reminders on pages: what a county was told, and staff's way to tell it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from metrics import reminder_queries, reminder_service
from metrics.progress import Status
from metrics.queries import ReturnView
from metrics.reminder_queries import ReminderView
from metrics.rounds import Board
from web import guard, widgets
from web.keep import ask

_OPEN = (Status.OVERDUE, Status.RETURNED, Status.OPEN)


def of_return(actor: Actor, view: ReturnView) -> None:
    """The newest reminder of a return that is still owed, as its county reads it."""
    item = ask(reminder_queries.standing, actor).get((view.collection_id, view.region_code, view.period))
    if item is not None:
        st.caption(line(item))


def line(item: ReminderView) -> str:
    return guard.plain(f"◔ {item.kind}　{clock.show(item.at)}　{item.by}：{item.words}")


def counts(found: Sequence[ReminderView]) -> dict[str, str]:
    """By region: 3 次，最近 2026-11-09."""
    words: dict[str, str] = {}
    for item in found:
        if item.region_code not in words:
            number = sum(other.region_code == item.region_code for other in found)
            words[item.region_code] = f"{number} 次，最近 {clock.beijing(item.at):%m-%d}"
    return words


def box(actor: Actor, board: Board) -> None:
    """For staff: who has not reported, what is due by the calendar, and words of one's own."""
    if not may(actor, Permission.RETURN_REMIND):
        return
    owing = {view.id: view for view in board.with_status(*_OPEN)}
    if not owing:
        return
    here = {"collection_id": board.round.collection_id, "period": board.round.period}
    waiting = ask(reminder_queries.pending, actor, **here)  # type: ignore[arg-type]
    with st.container(horizontal=True):
        if waiting and st.button(
            f"发出到点的提醒（{len(waiting)}）",
            key="remind_due",
            icon=":material/notifications:",
            help="按设置，截止日期前后若干工作日各提醒一次；命令 zhiping remind 每天定时运行时会自动发出。",
        ):
            with guard.show_errors():
                done = reminder_service.remind(actor, board.round.collection_id, board.round.period)
                widgets.flash(f"已提醒 {done} 个地区，显示在它们的工作台上。")
                st.rerun()
        with st.popover("催报…", key="urge_ask", icon=":material/campaign:"):
            st.caption("显示在所选地区的工作台和填报页上，每个地区每个工作日催一次；系统不发邮件和短信。")
            chosen = st.multiselect(
                "地区",
                list(owing),
                [number for number, view in owing.items() if view.status[0] == Status.OVERDUE],
                lambda number: f"{owing[number].region}（{owing[number].status[1]}）",
                key="urge_returns",
            )
            message = st.text_area(
                "催报的话", f"{board.round.label}的数据还没有收到，请尽快提交；有困难请联系研究院。",
                key="urge_message", max_chars=200,
            )  # fmt: skip
            if st.button(f"确认催报 {len(chosen)} 个地区", key="urge_go", type="primary"):
                with guard.show_errors():
                    urged = reminder_service.urge(actor, chosen, message)
                    again = f"，{urged.already} 个今天已经催过" if urged.already else ""
                    widgets.flash(f"已催报 {urged.written} 个地区{again}。")
                    st.rerun()


def history(actor: Actor, found: Sequence[ReminderView], names: dict[str, str]) -> None:
    """Every reminder of a round."""
    if not found:
        return
    with st.expander(f"提醒与催报（{len(found)}）", icon=":material/notifications:", key="reminders"):
        widgets.table(
            pd.DataFrame(
                {
                    "时间（北京）": clock.show(item.at),
                    "地区": names.get(item.region_code, item.region_code),
                    "类别": item.kind,
                    "内容": item.words,
                    "办理人": item.by,
                }
                for item in found
            ),
            "reminders_table",
            counties=widgets.to_counties(actor, [item.region_code for item in found]),
        )
