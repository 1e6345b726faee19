"""The list on an edition's page: the panels it rests on, ties to vote about, blockers, signatures."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, Subject, may
from awards import blocking, combination, finalise_service, listing, queries, round_service
from awards.combination import Line
from awards.schemas import DeliberationIn, NoticeIn
from awards.views import EditionView
from core import clock
from core.numbers import MISSING
from core.words import EditionState as S
from panels import noticing
from panels.pages import notice_parts
from printing.pages import parts as report_parts
from web import guard, keep, widgets


def reviews(view: EditionView) -> None:
    """The panels room's reviews, each the way to itself."""
    if not view.reviews:
        return
    st.subheader("评审", anchor=False)
    for item in view.reviews:
        with st.container(horizontal=True, vertical_alignment="center", key=f"review_{item.id}"):
            st.markdown(widgets.badge(item.state, item.label), width="content")
            st.page_link(
                "panels/pages/review.py",
                label=guard.plain(f"{item.track}　{item.stage.label}　{item.code}"),
                query_params={"id": str(item.id)},
                width="content",
            )


def lines(actor: Actor, view: EditionView) -> None:
    """The list as the panels' results and the frozen rule make it."""
    if view.aside:
        st.subheader("得分与名次", anchor=False)
        widgets.empty(view.aside)
        return
    if not view.lines:
        return
    first = view.row.state in (S.FIRST, S.SHORTLISTED)
    st.subheader("初评名次与入围线" if first else "合成得分与名次", anchor=False)
    weights = view.rule.weights
    if not first:
        said = f"评审 {weights.panel / 100:g}% + 客观指标 {weights.objective / 100:g}%"
        said += f" + 公众投票 {weights.vote / 100:g}%" if weights.vote else ""
        st.caption(f"总分 = {said}；评审得分中初评占 {weights.first / 100:g}%。客观指标在同类地区内换算为 60–100 分。")
    for track in dict.fromkeys(line.track for line in view.lines):
        mine = [line for line in view.lines if line.track == track]
        st.markdown(f"**{guard.plain(track)}**")
        widgets.table(
            pd.DataFrame(_row(view, line, first=first) for line in mine),
            f"lines_{track}",
            open_page="awards/pages/award_entry.py",
            ids=[line.entry for line in mine],
        )
    _deliberations(view)
    if view.row.state in (S.FIRST, S.COMBINING):
        _record(actor, view)
    if view.results:
        newest = view.results[0]
        subject = f"{view.row.id}:{newest.number}"
        with st.container(horizontal=True):
            label = f"{view.row.code}_第{newest.number}号名单"
            report_parts.downloads(actor, "award_list", subject, label, primary=False)


def _row(view: EditionView, line: Line, *, first: bool) -> dict[str, object]:
    placed, parts = line.placed, line.parts
    result = "待表决" if placed.contested else placed.grade or "–"
    rank = f"并列 {placed.rank}" if placed.tied > 1 else f"{placed.rank}"
    shown: dict[str, object] = {
        "名次": rank if placed.rank else "不排名",
        "项目": line.title,
        "申报单位": line.organisation,
        "结果": result,
        "原因": listing.why(line.level, placed.why),
    }
    if not first:
        shown |= {"总分": listing.shown(line.total), "客观指标": listing.shown(parts.objective)}
        if view.rule.with_final:
            shown["终评"] = listing.shown(parts.final)
    shown["初评"] = listing.shown(parts.first)
    if not first and view.rule.vote_weight:
        shown["公众投票"] = f"{listing.shown(parts.vote)}（{parts.votes} 票）"
    shown |= {"名次依据": _decided(view, line, first=first), "地区类型": line.group or "–"}
    return shown | ({"层级": line.level.label} if view.rule.by_level else {}) | {"编号": line.code}


def _decided(view: EditionView, line: Line, *, first: bool) -> str:
    """Which key decided an entry's place, in words."""
    names = ["评审组名次"] if first else [key.label for key in view.rule.tie_keys]
    if line.placed.rank is None:
        return MISSING
    return listing.decided(line.placed.decided_by, line.placed.tied, names)


def _deliberations(view: EditionView) -> None:
    for number, item in enumerate(view.deliberations):
        with st.container(border=True, key=f"deliberation_{number}"):
            votes = "；".join(f"{name} {count} 票" for name, count in item.votes)
            st.markdown(f"**{guard.plain(f'{item.stage.label}　{item.kind}')}**　{guard.plain(item.text)}")
            if votes:
                st.markdown(guard.plain(votes))
            st.caption(
                guard.plain(f"参加：{'、'.join(item.present)}。由{item.by}记录于北京时间 {clock.show(item.at)}。")
            )


def _record(actor: Actor, view: EditionView) -> None:
    """Something people talked about that no vote decides."""
    with st.popover("记录合议…"), st.form("case_form", border=False):
        st.caption("同分以外的讨论，例如对个别项目的不同意见。记录后不能修改，印在签署的名单上。")
        present, text = _said("case")
        if st.form_submit_button("记录合议", key="case_save", type="primary"):
            with guard.show_errors(DeliberationIn):
                round_service.deliberate(actor, view.row.id, DeliberationIn(present=present, text=text))
                widgets.flash("合议已记录。")
                st.rerun()


def _said(key: str) -> tuple[list[str], str]:
    """Who was there and what was said."""
    present = st.text_input("参加人员（用顿号分隔）", key=f"{key}_present", placeholder="例如：李研、陈审、甲评")
    text = st.text_area("合议情况", max_chars=4000, key=f"{key}_text")
    return [name for name in re.split(r"[、，,；;\s]+", present) if name], text


def decide(actor: Actor, view: EditionView) -> None:
    """What is to be decided now: ties, then blockers, then the two signatures."""
    if view.aside or view.row.state not in (S.FIRST, S.COMBINING, S.DECIDING):
        return
    for number, company in enumerate(combination.ties(view.lines)):
        if view.row.state is not S.DECIDING:
            _vote(actor, view, number, company)
    if view.row.state in (S.COMBINING, S.DECIDING):
        _end(actor, view)


def _vote(actor: Actor, view: EditionView, number: int, company: list[Line]) -> None:
    matters = "影响入围" if view.row.state is S.FIRST else "影响入选或等次"
    with st.container(border=True, key=f"tie_{number}"), st.form(f"tie_form_{number}", border=False):
        st.markdown(
            f"**“{guard.plain(company[0].track)}”第 {company[0].placed.rank} 名同分，{matters}**　"
            "比较项分不出先后，由评审组表决，不抽签。"
        )
        with st.container(horizontal=True):
            votes = {
                line.entry: st.number_input(
                    guard.plain(f"{line.name}（{line.organisation}）的票数"),
                    0,
                    999,
                    0,
                    key=f"tie_{number}_{line.entry}",
                    width=360,
                )
                for line in company
            }
        present, text = _said(f"tie_{number}")
        if st.form_submit_button("记录表决", key=f"tie_{number}_save", type="primary"):
            with guard.show_errors(DeliberationIn):
                data = DeliberationIn(
                    votes={key: int(count) for key, count in votes.items()}, present=present, text=text
                )
                round_service.deliberate(actor, view.row.id, data)
                parted = len(set(votes.values())) == len(votes)
                widgets.flash("表决已记录。" if parted else "表决已记录；票数相同的项目仍然同分，可以再次表决。")
                st.rerun()


def _end(actor: Actor, view: EditionView) -> None:
    st.subheader("审定", anchor=False)
    left = keep.ask(blocking.blockers, actor, view.row.id)
    if left:
        st.markdown("  \n".join(f":orange[◐] {guard.plain(words)}" for words in left))
        return
    st.markdown(f"{widgets.badge('approved', '没有障碍')}　名单由一人提请、另一人复核签署，签署后随即公示。")
    if view.row.state is not S.DECIDING:
        return
    newest = view.results[0] if view.results else None
    waiting = newest is not None and not newest.confirmed_by
    if waiting and newest is not None:
        st.caption(
            guard.plain(
                f"第 {newest.number} 号名单由{newest.by}于北京时间 {clock.show(newest.at)} 提请，校验码 {newest.digest[:12]}。"
            )
        )
    if st.button("提请审定", key="award_propose", type="secondary" if waiting else "primary"):
        with guard.show_errors():
            finalise_service.propose(actor, view.row.id)
            widgets.flash("已提请，请另一位研究院人员复核签署。")
            st.rerun()
    if not waiting or newest is None:
        return
    allowed = may(actor, Permission.EDITION_SIGN, Subject(created_by=newest.by_id))
    if not allowed:
        st.caption(guard.plain(allowed.reason))
        return
    with st.form("award_sign"):
        with st.container(horizontal=True):
            start = st.date_input("公示起始日", clock.today(), format="YYYY-MM-DD", key="award_start")
            days = st.number_input("工作日数", 1, 30, 5, key="award_days")
        first = st.checkbox(
            "起始日计入公示期", True, key="award_first", help="不计入时从次日起算（民法典第二百零一条）"
        )
        contact = st.text_input("异议受理联系方式", max_chars=100, key="award_contact")
        with st.container(horizontal=True):
            answer = st.number_input("异议答复期限（日）", 1, 30, noticing.ANSWER_DAYS, key="award_answer_days")
            watching = notice_parts.supervisor(queries.supervisors(actor, view.row.id), "award_supervisor")
        if st.form_submit_button("复核签署并公示", key="award_confirm", type="primary"):
            with guard.show_errors(NoticeIn):
                data = NoticeIn.model_validate(
                    {
                        "starts_on": start,
                        "days": int(days),
                        "count_first": first,
                        "contact": contact,
                        "answer_days": int(answer),
                        "supervisor_id": watching,
                    }
                )
                number = finalise_service.confirm(actor, view.row.id, newest.id, data, seen_version=view.version)
                widgets.flash(f"第 {number} 号公示已发布。")
                st.rerun()
