"""The milestones of a pilot's plan."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.words import MilestoneState
from pilots import plan_queries, plan_service, stages
from pilots.pages import parts
from pilots.plan import Milestone
from pilots.plan_queries import Plan
from pilots.plan_schemas import MilestoneIn
from web import guard, widgets

_TONES = {MilestoneState.DONE: "approved", MilestoneState.DOING: "submitted"}


def draw(actor: Actor, found: Plan) -> None:
    """The list, what proves those that are done, and the ways to add, change and take a step."""
    today = clock.today()
    if found.milestones:
        st.dataframe(
            pd.DataFrame(
                {
                    "里程碑": item.content,
                    "情况": widgets.shape(
                        "overdue" if item.overdue(today) else _TONES.get(item.state, ""), item.standing(today)
                    ),
                    "期限": item.due_on,
                    "完成": item.done_on,
                    "责任": item.owner,
                    "凭证": len(found.evidence.get(item.id, [])),
                    "说明": item.note or "–",
                }
                for item in found.milestones
            ),
            key="plan_milestones",
            hide_index=True,
            width="stretch",
        )
    else:
        widgets.empty("还没有里程碑。先写下第一件要完成的事和期限，启动试点时会检查。")
    if found.evidence:
        with st.expander("完成凭证"):
            for item in found.milestones:
                if files := found.evidence.get(item.id):
                    st.markdown(f"**{guard.plain(item.content)}**")
                    widgets.attachments(
                        files, lambda number: plan_queries.file_of(sessions.fresh(actor), number), f"proof_{item.id}"
                    )
    if not found.editable:
        return
    stamp = parts.stamp(found.milestones)
    with st.container(horizontal=True, key="plan_milestone_actions"):
        with st.popover("增加里程碑", icon=":material/add:", key=f"milestone_add_{stamp}"):
            _form(actor, found.pilot.id, None, f"milestone_new_{len(found.milestones)}")
        if found.milestones:
            with st.popover("修改", icon=":material/edit:", key=f"milestone_edit_{stamp}"):
                item = _pick(found.milestones, "milestone_edit_which")
                _form(actor, found.pilot.id, item, f"milestone_{item.id}_{item.version}")
        movable = [item for item in found.milestones if stages.MILESTONE.steps_from(item.state)]
        if movable:
            with st.popover("办理", icon=":material/task_alt:", key=f"milestone_move_{stamp}"):
                _move(actor, _pick(movable, "milestone_move_which"))


def _pick(items: Sequence[Milestone], key: str) -> Milestone:
    by_id = {item.id: item for item in items}
    return by_id[st.selectbox("里程碑", list(by_id), 0, lambda number: by_id[number].content, key=key)]


def _form(actor: Actor, pilot_id: int, old: Milestone | None, key: str) -> None:
    with st.form(key, border=False):
        content = st.text_input("内容", old.content if old else "", max_chars=200, key=f"{key}_content")
        due_on = st.date_input("完成期限", old.due_on if old else clock.today(), format="YYYY-MM-DD", key=f"{key}_due")
        owner = st.text_input("责任人或单位", old.owner if old else "", max_chars=60, key=f"{key}_owner")
        note = st.text_input("说明（可不填）", old.note if old else "", max_chars=500, key=f"{key}_note")
        if st.form_submit_button("保存", key=f"{key}_save", type="primary"):
            with guard.show_errors(MilestoneIn):
                data = MilestoneIn(content=content, due_on=due_on, owner=owner, note=note)
                if old is None:
                    plan_service.add_milestone(actor, pilot_id, data)
                else:
                    plan_service.edit_milestone(actor, old.id, data, seen_version=old.version)
                widgets.flash("里程碑已保存。")
                st.rerun()


def _move(actor: Actor, item: Milestone) -> None:
    """One step of one milestone. No form: what is asked depends on the step."""
    steps = {step.do: step for step in stages.MILESTONE.steps_from(item.state)}
    key = f"milestone_move_{item.id}_{item.version}"
    offered = list(steps)
    at = offered.index(stages.COMPLETE) if stages.COMPLETE in steps else 0
    do = st.selectbox(f"办理（当前：{item.state.label}）", offered, at, key=f"{key}_do")
    done_on, evidence, reason = None, [], ""
    if do == stages.COMPLETE:
        done_on = st.date_input("完成日期", clock.today(), format="YYYY-MM-DD", key=f"{key}_on")
        evidence = widgets.uploads("完成凭证（验收单、会议纪要、截图）", f"{key}_files")
    else:
        wanted = "（必填）" if steps[do].needs_reason else "（可不填）"
        reason = st.text_input(f"理由{wanted}", key=f"{key}_reason")
    if st.button("确认", key=f"{key}_go", type="primary"):
        with guard.show_errors():
            state = plan_service.move_milestone(
                actor, item.id, do, reason, done_on=done_on, evidence=evidence, seen_version=item.version
            )
            widgets.flash(f"“{item.content}”现为“{state.label}”。")
            st.rerun()
