"""容错认定 on the supervision page: what was decided, and the form with its five conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.validation import checked
from core.words import FindingVerdict, PilotState, ToleranceCondition, ToleranceOutcome
from pilots import supervision_queries, supervision_service
from pilots.queries import PilotView
from pilots.supervision_queries import Tolerance
from pilots.supervision_rules import ALL_MUST_HOLD
from pilots.supervision_schemas import ToleranceIn
from web import guard, widgets
from web.guard import plain
from web.keep import ask

VERDICTS = (FindingVerdict.MET, FindingVerdict.PARTLY, FindingVerdict.UNMET)


def section(actor: Actor, pilot: PilotView) -> None:
    """Nothing while a pilot has not started or went well."""
    found = ask(supervision_queries.decisions, actor, pilot.id)
    needed = pilot.state in (PilotState.RUNNING, PilotState.PAUSED, PilotState.EVALUATING, PilotState.STOPPED)
    if not found and not needed:
        return
    st.subheader("容错认定", anchor=False)
    if found:
        card(actor, pilot.id, found[0])
        if len(found) > 1:
            with st.expander(f"以前的认定（{len(found) - 1}）"):
                for old in found[1:]:
                    card(actor, pilot.id, old)
    elif pilot.state is PilotState.STOPPED:
        st.markdown(":red-badge[■ 缺容错认定]　试点已终止，但还没有容错认定，请补办。")
    else:
        st.caption("试点按失败终止前，须由未参与试点的研究院人员逐项认定五个条件。还没有认定。")
    if not needed:
        return
    allowed = supervision_queries.may_decide(actor, pilot.id)
    if allowed:
        with st.expander("作出容错认定" if not found else "重新认定（原认定保留）"):
            _form(actor, pilot, len(found))
    elif actor.is_staff:
        st.caption(plain(allowed.reason))


def card(actor: Actor, pilot_id: int, item: Tolerance) -> None:
    def load(number: int) -> bytes:
        return supervision_queries.file_content(sessions.fresh(actor), pilot_id, number)

    show(item, load, "tolerance")


def show(item: Tolerance, load: Callable[[int], bytes], key: str) -> None:
    """One decision with its five findings, of a pilot or of another room's record."""
    with st.container(border=True):
        st.markdown(f"{widgets.badge(item.outcome, item.outcome.label)}　{plain(item.reason)}")
        st.dataframe(
            pd.DataFrame(
                [(row.condition.label, row.verdict.label, row.finding, row.evidence) for row in item.conditions],
                columns=["条件", "认定", "认定情况", "依据"],
            ),
            hide_index=True,
            width="stretch",
            key=f"{key}_{item.id}",
        )
        if item.files:
            widgets.attachments(item.files, load, f"{key}_files_{item.id}")
        st.caption(plain(f"{clock.show(item.at)}　认定人：{item.by}"))


def _form(actor: Actor, pilot: PilotView, seen: int) -> None:
    def decide(data: ToleranceIn, given: Sequence[tuple[str, bytes]]) -> None:
        supervision_service.decide_tolerance(actor, pilot.id, data, given, seen=seen)
        widgets.flash("容错认定已作出，显示在试点页并印在评估报告附录。")

    form("tolerance", "理由（会印在评估报告附录）", decide)


def form(name: str, asked: str, decide: Callable[[ToleranceIn, Sequence[tuple[str, bytes]]], None]) -> None:
    """The form with the five conditions; `name` begins its keys, `asked` stands over the reason."""
    st.caption(f"{ALL_MUST_HOLD}；有不符合的，不予容错；有部分符合、没有不符合的，部分容错。")
    with st.form(f"{name}_form", border=False, enter_to_submit=False):
        rows = []
        for condition in ToleranceCondition:
            st.markdown(f"**{condition.label}**")
            left, middle, right = st.columns([2, 4, 3])
            key = f"{name}_{condition}"
            rows.append(
                {
                    "condition": condition,
                    "verdict": left.selectbox(
                        "认定",
                        VERDICTS,
                        index=None,
                        format_func=lambda item: item.label,
                        key=f"{key}_verdict",
                        placeholder="请选择",
                    ),
                    "finding": middle.text_input("认定情况", key=f"{key}_finding"),
                    "evidence": right.text_input("依据", key=f"{key}_evidence", placeholder="文件名称、文号或记录"),
                }
            )
        outcome = st.radio(
            "认定结果",
            list(ToleranceOutcome),
            index=None,
            format_func=lambda item: item.label,
            horizontal=True,
            key=f"{name}_outcome",
        )
        reason = st.text_area(asked, key=f"{name}_reason")
        given = widgets.uploads("佐证材料（可不传）", f"{name}_files")
        if st.form_submit_button("作出容错认定", key=f"{name}_go", type="primary"):
            with guard.show_errors(ToleranceIn):
                decide(checked(ToleranceIn, outcome=outcome, reason=reason, findings=rows), given)
                st.rerun()
