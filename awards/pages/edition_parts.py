"""The head of an edition's page, entries as lists, corrected evidence, public votes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, covers
from awards import correcting, edition_service, entry_service, queries, stages, vote_queries, vote_service
from awards.schemas import EntryIn
from awards.views import EditionView, EntryRow
from core import clock
from core.words import AwardEntryState, CorrectionDecision, EditionState
from web import guard, keep, widgets

E = AwardEntryState


def facts(items: Sequence[tuple[str, object]]) -> None:
    """Plain facts, one a line; empty ones read “–”."""
    lines = [f"**{name}**　{guard.plain(value) if value not in ('', None) else '–'}" for name, value in items]
    st.markdown("  \n".join(line.replace("\n", "  \n") for line in lines))


def head(actor: Actor, view: EditionView, act: Callable[[str, str], None]) -> None:
    """Where it stands, what is next, what keeps each step from being taken."""
    row = view.row
    with st.container(border=True):
        nature = view.nature.label + (f"（{view.approval_number}）" if view.approval_number else "")
        rehearsal = f"　{widgets.badge('preparing', '演练')}" if row.rehearsal else ""
        st.markdown(
            f"{widgets.badge(row.state, row.state.label)}{rehearsal}　{guard.plain(row.code)}　{guard.plain(nature)}"
        )
        _path(view)
        if view.runs:
            st.markdown(guard.plain(stages.NEXT[row.state]))
            ready = [step for step in view.steps if not view.obstacles[step.do]]
            for step in view.steps:
                for problem in view.obstacles[step.do]:
                    st.markdown(f":orange[◐] 还不能“{step.do}”：{guard.plain(problem)}")
            widgets.steps("edition", ready, act)
            with st.container(horizontal=True):
                if row.state is EditionState.PREPARING:
                    _link("awards/pages/edition_edit.py", "修改筹备稿", "edit", row.id)
                if row.state in (EditionState.FINAL, EditionState.VOTING, EditionState.COMBINING):
                    _link("awards/pages/award_final.py", "路演次序、计时与进度", "timer", row.id)
        elif view.reason and row.state in stages.EDITION.terminal:
            facts([("理由", view.reason)])
        if row.state is EditionState.RELEASED and (view.runs or row.mine):
            _link("awards/pages/award_after.py", "证书、反馈信与入选项目的后续", "workspace_premium", row.id)
    if row.state in (EditionState.APPLYING, EditionState.RECOMMENDING):
        widgets.figures(
            [
                ("申报截止", f"{clock.beijing(view.closes_at):%m-%d %H:%M}", "北京时间，不含该时刻"),
                ("推荐截止", f"{clock.beijing(view.recommend_until):%m-%d %H:%M}", "北京时间，不含该时刻"),
                (
                    "每市推荐名额",
                    f"{view.rule.city_quota}" if view.rule.city_quota else "不限",
                    f"本市已推荐 {view.recommended} 个" if view.recommended is not None else "",
                ),
                ("赛道", f"{len(view.rule.tracks)} 个", f"入选 {sum(t.value().places for t in view.rule.tracks)} 个"),
            ]
        )
    if view.runs and row.state in (EditionState.APPLYING, EditionState.RECOMMENDING):
        _schedule(actor, view)


def _link(page: str, label: str, icon: str, number: int) -> None:
    st.page_link(page, label=label, icon=f":material/{icon}:", query_params={"id": str(number)})


def _path(view: EditionView) -> None:
    """The way from the call to the release, with where it stands."""
    way = stages.way(view.row.state, with_final=view.rule.with_final, with_vote=bool(view.rule.vote_weight))
    st.caption(" → ".join(f"**:blue[{name}]**" if here else name for name, here in way))


def _schedule(actor: Actor, view: EditionView) -> None:
    with st.popover("顺延截止时间…"):
        st.caption("只能在截止前往后顺延；理由存入操作日志。")
        ends = []
        for name, label, now in (
            ("closes", "申报截止", view.closes_at),
            ("until", "推荐截止", view.recommend_until),
        ):
            ends.append(
                st.datetime_input(
                    f"{label}（北京时间）", clock.beijing(now).replace(tzinfo=None), key=f"edition_{name}"
                )
            )
        reason = st.text_input("理由（必填）", key="edition_schedule_reason")
        if st.button("顺延", key="edition_schedule", type="primary"):
            with guard.show_errors():
                first, second = (end.replace(tzinfo=clock.BEIJING) for end in ends)
                edition_service.reschedule(actor, view.row.id, first, second, reason, seen_version=view.version)
                widgets.flash("截止时间已顺延。")
                st.rerun()


def mine(actor: Actor, view: EditionView) -> None:
    """A county's own entries and the way to another; a city's counties' entries."""
    if view.applies:
        st.subheader("本单位的项目", anchor=False)
        own = [row for row in view.entries if covers(actor.region_code, row.region_code)]
        for item in own:
            _card(item)
        if view.row.state is EditionState.APPLYING and clock.now() < view.closes_at:
            _start(actor, view)
        elif not own:
            widgets.empty("本单位这一年度没有申报。申报期内可以从本地区参加的试点中申报。")
    if view.city:
        st.subheader("本市的项目", anchor=False)
        ours = [row for row in view.entries if row.city_code == actor.region_code]
        if not ours:
            widgets.empty("本市还没有县（市、区）提交项目。提交后在这里推荐。")
        for item in ours:
            _card(item)


def opinion(item: EntryRow) -> str:
    """What the newest words about an entry are."""
    decided = (E.NOT_SHORTLISTED, E.NOT_CHOSEN, E.PROPOSED, E.WINNER)
    return "原因" if item.state in decided else "最近的意见"


def _card(item: EntryRow) -> None:
    with st.container(border=True, key=f"entry_{item.id}"):
        grade = f"　**{guard.plain(item.grade)}**" if item.grade else ""
        st.markdown(
            f"{widgets.badge(item.state, item.state.label)}　{guard.plain(item.code)}　{guard.plain(item.track)}{grade}"
        )
        st.page_link(
            "awards/pages/award_entry.py",
            label=guard.plain(f"{item.title}（{item.organisation}）"),
            icon=":material/description:",
            query_params={"id": str(item.id)},
        )
        if item.reason:
            st.caption(guard.plain(f"{opinion(item)}：{item.reason}"))


def _start(actor: Actor, view: EditionView) -> None:
    pilots = queries.candidates(actor, view.row.id)
    if not pilots:
        st.caption("本地区参加的试点都已申报；没有参加试点的不能申报。")
        return
    with st.expander("从试点申报一个项目", icon=":material/add:"), st.form("award_start", border=False):
        source = st.selectbox("试点", list(pilots), format_func=lambda key: pilots[key], key="award_pilot")
        track = st.selectbox("赛道", [item.name for item in view.rule.tracks], key="award_track")
        title = st.text_input("项目名称", max_chars=60, key="award_title")
        st.caption("提交时冻结证据包：指标值、口径、数据质量分和试点结论，此后更正会单独列出。")
        if st.form_submit_button("开始填写", key="award_begin", type="primary"):
            with guard.show_errors(EntryIn):
                data = EntryIn(track=track, title=title)
                pilot, region = source
                number = entry_service.start(actor, view.row.id, pilot, data, region)
                st.switch_page("awards/pages/award_entry.py", query_params={"id": str(number)})


def corrections(actor: Actor, view: EditionView) -> None:
    """Evidence that was corrected after it was frozen, each for a decision."""
    if view.row.state in (EditionState.PREPARING, EditionState.RELEASED):
        return
    found = keep.ask(correcting.open_corrections, actor, view.row.id)
    if not found:
        return
    st.subheader("证据在冻结后被更正", anchor=False)
    for item in found:
        with st.container(border=True, key=f"correction_{item.entry_id}"):
            st.page_link(
                "awards/pages/award_entry.py",
                label=guard.plain(f"{item.code} {item.title}"),
                icon=":material/description:",
                query_params={"id": str(item.entry_id)},
            )
            st.markdown("  \n".join(guard.plain(words) for words in item.found))
            st.caption(f"{item.sheets} 份评分依据更正前的证据。证据冻结于北京时间 {clock.show(item.frozen_at)}。")
            choices = {choice.label: choice for choice in CorrectionDecision}
            chosen = st.radio("决定", list(choices), key=f"correction_{item.entry_id}_choice")
            reason = st.text_input("理由（必填）", key=f"correction_{item.entry_id}_reason")
            if st.button("作出决定", key=f"correction_{item.entry_id}_save", type="primary"):
                with guard.show_errors():
                    entry_service.decide_correction(
                        actor, item.entry_id, choices[chosen or ""], reason, seen_version=item.version
                    )
                    widgets.flash("决定已记录。")
                    st.rerun()


def entries(view: EditionView) -> None:
    """All entries, by city and state, each the way to itself."""
    st.subheader("申报项目", anchor=False)
    if not view.entries:
        widgets.empty("还没有提交的项目。县级团队的草稿在提交前看不到。")
        return
    counted = Counter(row.state.label for row in view.entries)
    st.caption("　".join(f"{label} {count}" for label, count in counted.items()))
    search = st.text_input(
        "查找", type="search", placeholder="编号、项目、单位或赛道", key="entries_q", bind="query-params"
    )
    shown = [
        row
        for row in view.entries
        if search.strip() in f"{row.code} {row.title} {row.organisation} {row.track} {row.city}"
    ]
    if not shown:
        widgets.empty("没有符合条件的项目。请换个词查找。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "状态": widgets.shape(row.state, row.state.label),
                "编号": row.code,
                "项目": row.title,
                "赛道": row.track,
                "申报单位": row.organisation,
                "设区市": row.city,
                "市推荐次序": row.city_rank,
                "地区类型": row.group or "–",
                "等次": row.grade or "–",
            }
            for row in shown
        ),
        "entries_table",
        open_page="awards/pages/award_entry.py",
        ids=[row.id for row in shown],
    )


def public(actor: Actor, view: EditionView) -> None:
    """What looks odd about the public's votes, for a decision."""
    if view.row.state not in (EditionState.VOTING, EditionState.COMBINING) or not view.rule.vote_weight:
        return
    st.subheader("公众投票的异常", anchor=False)
    found = vote_queries.anomalies(actor, view.row.id)
    if not found:
        st.caption("没有短时集中或同一网络大量投票的情况。")
        return
    for number, item in enumerate(found):
        with st.container(border=True, key=f"anomaly_{number}"):
            st.markdown(
                f"{widgets.badge('open', item.kind)}　{guard.plain(item.code)}　{item.votes} 票　"
                f"北京时间 {clock.show(item.first_at)} 至 {clock.show(item.last_at)}"
            )
            reason = st.text_input("不计票的理由", key=f"anomaly_{number}_reason")
            if st.button("这些票不计入", key=f"anomaly_{number}_out"):
                with guard.show_errors():
                    for network in item.networks:
                        vote_service.rule_out(
                            actor, view.row.id, network, item.first_at, item.last_at, excluded=True, reason=reason
                        )
                    widgets.flash("已认定，这些票不计入。")
                    st.rerun()
