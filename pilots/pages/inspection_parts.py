"""Inspections on the pages about supervision: the list, the plan, what was found."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.validation import checked
from core.words import InspectionOutcome, InspectionState, SupervisionMode
from pilots import inspection_queries, inspection_service
from pilots.inspection_queries import InspectionView
from pilots.pages import supervision_parts
from pilots.queries import PilotView
from pilots.supervision_queries import Plan
from pilots.supervision_schemas import InspectionIn, InspectionRecordIn
from web import guard, widgets
from web.guard import plain
from web.keep import ask

_TONES = {InspectionState.ORDERED: "replied", InspectionState.CLOSED: "approved", InspectionState.FOUND: "overdue"}


def tone(view: InspectionView) -> str:
    """How an inspection's state looks: red when it is late or what it found waits for an order."""
    if view.waited:
        return "overdue"
    return _TONES.get(view.state, "withdrawn")


def table(views: Sequence[InspectionView], key: str, *, of_pilot: bool = False) -> None:
    """Inspections; on the board a row opens the pilot's supervision."""
    columns: dict[str, list[object]] = {
        "状态": [widgets.shape(tone(view), view.state.label) for view in views],
        "超期": [supervision_parts.waits(view.waited, "超期") for view in views],
        "检查内容": [view.content for view in views],
        "检查期限": [f"{view.due_on}{'（暂算）' if view.due_provisional else ''}" for view in views],
    }
    if not of_pilot:
        columns |= {"试点": [view.pilot for view in views], "监管单位": [view.supervisor for view in views]}
    columns |= {
        "检查日期": [str(view.inspected_on or "–") for view in views],
        "检查情况": [view.finding or "–" for view in views],
        "督办单": ["、".join(code for _, code in view.orders) or "–" for view in views],
    }
    widgets.table(
        pd.DataFrame(columns),
        key,
        open_page="" if of_pilot else "pilots/pages/supervision.py",
        ids=[view.pilot_id for view in views],
    )


def section(actor: Actor, pilot: PilotView, plan: Plan, *, acts: bool) -> None:
    """The inspections of one pilot; with `acts` they can be planned and written down."""
    found = ask(inspection_queries.inspections, actor, pilot_id=pilot.id)
    full = plan.mode is SupervisionMode.FULL
    if not full and not found and not acts:
        return
    st.subheader("检查", anchor=False)
    if found:
        table(found, "supervision_inspections", of_pilot=True)
        for view in found:
            if view.files:
                widgets.attachments(
                    view.files,
                    lambda file, number=view.id: inspection_queries.file_content(  # type: ignore[misc]
                        sessions.fresh(actor), number, file
                    ),
                    f"inspection_{view.id}_files",
                )
    elif full:
        st.caption("还没有安排检查。")
    if not acts:
        return
    if full and not any(view.state is InspectionState.PLANNED for view in found):
        st.markdown(":red-badge[■ 没有安排下一次检查]　全程监管的试点须逐期检查，请安排。")
    for view in found:
        if view.state is InspectionState.FOUND:
            with st.expander(f"下达督办：{plain(view.finding)}", expanded=True, key=f"found_{view.id}"):
                supervision_parts.issue_form(actor, pilot, None, view)
    waiting = [view for view in found if view.state is InspectionState.PLANNED]
    if waiting:
        with st.expander("登记检查情况", icon=":material/fact_check:", expanded=bool(waiting[0].waited)):
            _record_form(actor, waiting)
    with st.expander("安排检查", icon=":material/event:", expanded=full and not found):
        _plan_form(actor, pilot)


def _plan_form(actor: Actor, pilot: PilotView) -> None:
    with st.form("inspection_plan", border=False, enter_to_submit=False):
        content = st.text_area(
            "检查内容", placeholder="例如：园区值守记录、告警处置闭环、数据用后是否删除", key="inspection_content"
        )
        left, right = st.columns(2)
        days = left.number_input("每隔多少个工作日", 1, 120, 20, key="inspection_days")
        times = right.number_input("检查几次", 1, 24, 1, key="inspection_times")
        st.caption("从今天（或监管开始之日）起按工作日推算各次期限，不得晚于监管结束。")
        if st.form_submit_button("安排检查", key="inspection_plan_go", type="primary"):
            with guard.show_errors(InspectionIn):
                data = checked(InspectionIn, pilot_id=pilot.id, content=content, every_days=int(days), times=int(times))
                planned = inspection_service.plan(actor, data, nonce=widgets.nonce("inspection"))
                widgets.spend_nonce("inspection")
                st.session_state.pop("inspection_content", None)
                widgets.flash(f"已安排 {len(planned)} 次检查。")
                st.rerun()


def _record_form(actor: Actor, waiting: Sequence[InspectionView]) -> None:
    known = {view.id: f"{view.due_on}　{view.content}" for view in waiting}
    with st.form("inspection_record", border=False, enter_to_submit=False):
        number = st.selectbox("哪一次", list(known), 0, known.__getitem__, key="inspection_which")
        left, right = st.columns(2)
        outcome = left.selectbox(
            "检查结果", list(InspectionOutcome), 0, lambda word: word.label, key="inspection_outcome"
        )
        day = right.date_input("检查日期", clock.today(), format="YYYY-MM-DD", key="inspection_on")
        finding = st.text_area(
            "检查情况", placeholder="看了什么、发现什么；不再检查的写明理由。", key="inspection_finding"
        )
        given = widgets.uploads("材料（可不传）", "inspection_files")
        st.caption("记录后不能修改。发现问题的，随后在这里下达督办单，否则留在督办台账上。")
        if st.form_submit_button("登记检查情况", key="inspection_record_go", type="primary"):
            with guard.show_errors(InspectionRecordIn):
                data = checked(InspectionRecordIn, outcome=outcome, inspected_on=day, finding=finding)
                inspection_service.record(actor, number, data, given)
                st.session_state.pop("inspection_finding", None)
                widgets.flash("检查情况已登记。")
                st.rerun()
