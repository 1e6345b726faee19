"""Doubts on the screen: a county explains or goes to correct, the institute accepts or asks again."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import FollowUpState
from metrics import follow_up_service, follow_ups
from metrics.follow_ups import FollowUpView
from metrics.pages.values import FIGURE, address
from metrics.stages import EXPLAIN
from web import guard, widgets
from web.keep import ask

FORM = "metrics/pages/return_form.py"
_CARDS = 20


def of_return(actor: Actor, return_id: int) -> None:
    """What is doubted about a return, above the ways to fill it in: open ones to answer, the others folded."""
    found = ask(follow_ups.follow_ups, actor, return_id=return_id)
    if not found:
        return
    left = [doubt for doubt in found if doubt.state is FollowUpState.OPEN]
    rest = [doubt for doubt in found if doubt.state is not FollowUpState.OPEN]
    if left:
        st.subheader(f"疑点，请答复（{len(left)}）", anchor=False)
        st.caption("数确实如此的，请写明原因；数有误的，请改正后重新提交。每条都要有答复，本期数据才能冻结。")
        cards(actor, left, to_return=False)
    if rest:
        with st.expander(f"已答复的疑点（{len(rest)}）", key="return_doubts"):
            table(actor, rest, "return_doubts_table", with_region=False)


def cards(actor: Actor, found: Sequence[FollowUpView], *, to_return: bool = True) -> None:
    """One card a doubt, with the box for the answer where the reader may give it."""
    for doubt in found[:_CARDS]:
        with st.container(border=True, key=f"doubt_{doubt.id}"):
            st.markdown(
                f"{widgets.badge(doubt.state, doubt.state.label)}　**{guard.plain(doubt.region)}　{doubt.label}**　"
                f"{guard.plain(doubt.message)}"
            )
            if doubt.decision:
                st.markdown(f":orange-badge[◐ 再问]　{guard.plain(doubt.decision)}")
            with st.container(horizontal=True):
                st.page_link(
                    FIGURE,
                    label="这个数的来历",
                    icon=":material/search:",
                    query_params=address(doubt.collection_id, doubt.indicator_id, doubt.region_code, doubt.period),
                )
                if to_return:
                    st.page_link(
                        FORM,
                        label="去更正" if doubt.editable else "看这份报送",
                        icon=":material/edit:",
                        query_params={"id": str(doubt.return_id)},
                    )
            if may(actor, Permission.RETURN_FILL, Subject(region_code=doubt.region_code)):
                _explain(actor, doubt)
    if len(found) > _CARDS:
        st.caption(f"另有 {len(found) - _CARDS} 条，答复后依次显示。")


def table(actor: Actor, found: Sequence[FollowUpView], key: str, *, with_region: bool) -> None:
    """Doubts as a list; a row leads to where the figure comes from."""
    frame = _frame(found)
    widgets.table(
        frame if with_region else frame.drop(columns=["地区", "报送期"]),
        key,
        open_page=FIGURE,
        addresses=[address(d.collection_id, d.indicator_id, d.region_code, d.period) for d in found],
        counties=widgets.to_counties(actor, [d.region_code for d in found]) if with_region else None,
    )


def queue(actor: Actor, found: Sequence[FollowUpView]) -> None:
    """For the institute: several accepted together, one asked about again."""
    ids = [doubt.id for doubt in found]
    # What is accepted is what was on the screen when the button was pressed.
    seen = st.session_state.get("doubts_seen", {})
    st.session_state["doubts_seen"] = fresh = {doubt.id: doubt.version for doubt in found}
    key = f"doubts_queue_{hash(tuple(ids))}"
    counties = widgets.to_counties(actor, [doubt.region_code for doubt in found])
    event = st.dataframe(
        _frame(found),
        key=key,
        column_config=widgets.county_columns(key, counties),
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="multi-row",
    )
    widgets.follow_county(key, counties)
    chosen = [found[position] for position in event.selection.rows if position < len(found)]
    if not chosen:
        st.caption("勾选左侧方框：选一条可再问或看来历，选几条可一并采信。")
        return
    versions = {doubt.id: seen.get(doubt.id, fresh[doubt.id]) for doubt in chosen}
    for doubt in chosen[:_CARDS]:  # in full: the table has no room for what they said
        st.markdown(
            f"{widgets.badge(doubt.state, doubt.state.label)}　**{guard.plain(doubt.region)}　{doubt.label}**　"
            f"{guard.plain(doubt.message)}  \n县里说明：{guard.plain(_explained(doubt))}"
        )
    with st.container(horizontal=True):
        if len(chosen) == 1:
            one = chosen[0]
            st.page_link(
                FIGURE,
                label="这个数的来历",
                icon=":material/search:",
                query_params=address(one.collection_id, one.indicator_id, one.region_code, one.period),
            )
            st.page_link(
                FORM, label="看这份报送", icon=":material/open_in_new:", query_params={"id": str(one.return_id)}
            )
            if one.state is FollowUpState.EXPLAINED:
                _ask_again(actor, one, versions[one.id])
        _accept(actor, chosen, versions)


def _frame(found: Sequence[FollowUpView]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "状态": widgets.shape(doubt.state, doubt.state.label),
            "地区": doubt.region,
            "报送期": doubt.label,
            "指标": doubt.indicator,
            "数值": doubt.value,
            "疑点": doubt.message,
            "县里说明": _explained(doubt),
            "研究院意见": doubt.decision or "–",
        }
        for doubt in found
    )


def _explained(doubt: FollowUpView) -> str:
    if not doubt.explanation:
        return "–"
    return f"{doubt.explanation}（{doubt.explained_by}，{clock.show(doubt.explained_at)}）"


def _explain(actor: Actor, doubt: FollowUpView) -> None:
    with st.form(f"doubt_form_{doubt.id}", border=False, enter_to_submit=False):
        words = st.text_area(
            "说明原因",
            key=f"doubt_words_{doubt.id}",
            max_chars=300,
            placeholder="例如：本月集中化解积案，办结数比平时多。",
        )
        if st.form_submit_button(f"提交{EXPLAIN}", key=f"doubt_go_{doubt.id}"):
            with guard.show_errors():
                follow_up_service.explain(actor, doubt.id, words, seen_version=doubt.version)
                widgets.flash("说明已提交，研究院核查后采信。")
                st.rerun()


def _accept(actor: Actor, chosen: Sequence[FollowUpView], versions: dict[int, int]) -> None:
    unexplained = sum(doubt.state is FollowUpState.OPEN for doubt in chosen)
    with st.popover(f"采信 {len(chosen)} 条…", key="doubts_accept_ask", type="primary"):
        st.caption("采信后这些数照常使用，同一个数不再被同一条规则提问。")
        if unexplained:
            st.warning(f"其中 {unexplained} 条县里还没有说明，采信必须写明理由。")
        reason = st.text_area(
            "理由" + ("（必填）" if unexplained else "（可不填）"), key="doubts_reason", max_chars=300
        )
        if st.button(f"确认采信 {len(chosen)} 条", key="doubts_accept", type="primary"):
            with guard.show_errors():
                done = follow_up_service.accept(actor, versions, reason)
                again = f"另有 {done.changed} 条在您查看之后有变动，请重新核对。" if done.changed else ""
                widgets.flash(f"已采信 {done.accepted} 条。{again}")
                st.rerun()


def _ask_again(actor: Actor, doubt: FollowUpView, version: int) -> None:
    with st.popover("再问…", key="doubts_again_ask"):
        reason = st.text_area("还要说明什么（必填）", key="doubts_again_reason", max_chars=300)
        if st.button("确认再问", key="doubts_again"):
            with guard.show_errors():
                follow_up_service.ask_again(actor, doubt.id, reason, seen_version=version)
                widgets.flash("已退给县里再说明。")
                st.rerun()
