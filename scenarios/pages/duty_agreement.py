"""Who agreed to what: organisation by organisation, the objections, and everything that was ever said."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.words import DutyAnswer, Standing
from scenarios import duty_queries
from scenarios.duty_queries import DutyList, Said
from web import guard, widgets


def draw(actor: Actor, duties: DutyList) -> None:
    if not duties.progress:
        widgets.empty("还没有单位需要确认。清单里写明责任单位、配合单位和数据提供单位后，由各单位确认。")
        return
    st.page_link("scenarios/pages/confirmations.py", label="去确认本单位的事项", icon=":material/how_to_reg:")
    table(duties)
    objections(duties)
    with st.expander("全部答复记录", icon=":material/history:", key="duty_said"):
        history(actor, duty_queries.said(actor, duties.about.id))


def table(duties: DutyList) -> None:
    rows = sorted(duties.progress.items(), key=lambda pair: pair[1][Standing.CONFIRMED] == pair[1].total())
    st.dataframe(
        pd.DataFrame(
            {
                "单位": duties.names[organisation],
                "状态": _overall(count),
                "涉及事项": count.total(),
                **{standing.label: count[standing] for standing in Standing},
            }
            for organisation, count in rows
        ),
        key="duty_progress",
        hide_index=True,
        width="stretch",
    )


def _overall(count: dict[Standing, int]) -> str:
    """The state that needs somebody first."""
    for standing in (Standing.OBJECTED, Standing.PENDING, Standing.CHANGED):
        if count[standing]:
            return widgets.shape(standing, standing.label)
    return widgets.shape(Standing.CONFIRMED, "全部确认")


def objections(duties: DutyList) -> None:
    found = [
        (node, organisation)
        for node in duties.items
        for organisation, standing in duties.standings[node.id].items()
        if standing is Standing.OBJECTED
    ]
    if not found:
        return
    st.subheader("有异议的事项", anchor=False)
    st.caption("修改事项后由对方重新确认；协商一致、不需修改的，由对方直接确认。")
    for node, organisation in found:
        answer = duties.given[node.id, organisation]
        st.markdown(
            f"{widgets.badge(Standing.OBJECTED, '异议')} **{node.number} {guard.plain(node.name)}**　"
            f"{guard.plain(duties.names[organisation])}：{guard.plain(answer.reason)}　"
            f":gray[{guard.plain(answer.by)} {clock.show(answer.at)}]"
        )


def history(actor: Actor, rows: Sequence[Said]) -> None:
    """Answers, newest first, each with its evidence. They are never changed or removed."""
    if not rows:
        st.caption("还没有答复。")
    for row in rows:
        names = "；".join(name.rpartition("› ")[2] for name in row.items[:5])
        more = f" 等 {len(row.items)} 项" if len(row.items) > 5 else ""
        behalf = "（研究院代办）" if row.on_behalf else ""
        badge = widgets.badge(
            *(Standing.CONFIRMED, "确认") if row.answer is DutyAnswer.CONFIRM else (Standing.OBJECTED, "异议")
        )
        st.markdown(
            f"{badge} {guard.plain(row.organisation)}{behalf}　{guard.plain(names)}{more}  \n"
            f":gray[{clock.show(row.at)}　{guard.plain(row.by)}]"
            + (f"　{guard.plain(row.reason)}" if row.reason else "")
        )
        if row.evidence:
            widgets.attachments(row.evidence, partial(_evidence, actor, row.id), f"duty_evidence_{row.id}")


def _evidence(actor: Actor, confirmation_id: int, attachment_id: int) -> bytes:
    return duty_queries.evidence(sessions.fresh(actor), confirmation_id, attachment_id)
