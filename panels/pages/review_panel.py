"""A review's panel, and who must step aside from what."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Actor, Permission, Subject, may, require
from core import clock
from core.words import MemberRole, RecusalState, ReviewState
from panels import panel_queries, recusal_service, review_queries, setup_service, stages
from panels.pages import running
from panels.panel_queries import RecusalView
from panels.schemas import AffiliationIn, MemberIn
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "谁来评，谁该回避什么？", "panels/pages/review_panel.py")
members = keep.ask(panel_queries.members, actor, view.id)
seated = [member for member in members if member.left_at is None]
recusals = keep.ask(panel_queries.recusals, actor, view.id)
waiting = [item for item in recusals if item.state is RecusalState.POTENTIAL]


def decide(who: Actor, item: RecusalView) -> None:
    """One reason to step aside, and the two ways it can go."""
    with st.container(border=True, key=f"recusal_{item.id}"):
        st.markdown(
            f"**{guard.plain(item.person)}**　对　**{guard.plain(item.entry)}**　:orange-badge[◐ {item.kind.label}]"
        )
        st.caption(guard.plain(f"{item.detail}　（{item.declared_by}，{clock.show(item.declared_at)}）"))
        meant = Subject(authors=frozenset({item.account_id}))
        if not (answer := may(who, Permission.RECUSAL_DECIDE, meant)):
            st.caption(guard.plain(answer.reason))
            return

        def given(confirmed: bool, reason: str) -> str:
            recusal_service.decide(who, item.id, confirmed=confirmed, reason=reason, seen_version=item.version)
            return "已认定应回避。" if confirmed else "已认定不需回避。"

        running.yes_or_no(f"recusal_{item.id}", "认定应回避", "不需回避", given)


if waiting:
    st.subheader(f"待认定的回避（{len(waiting)}）", anchor=False)
    st.caption("认定前已经按回避处理：评委看不到材料、不能评分。由既不是本人、也不是申报人的研究院人员认定。")
    for item in waiting:
        decide(actor, item)

st.subheader("评委", anchor=False)
if members:
    running.draw(
        pd.DataFrame(
            [
                (
                    member.name,
                    member.organisation,
                    member.role.label + (f"（接替{member.replaces}）" if member.replaces else ""),
                    f"■ 已离开：{member.left_reason}"
                    if member.left_at
                    else f"● 已申报回避 {clock.show(member.declared_at)}"
                    if member.declared_at
                    else "◐ 未申报回避",
                )
                for member in members
            ],
            columns=["姓名", "单位", "身份", "状态"],
        ),
        f"panel_{view.id}_{len(members)}",
    )
    st.caption("计分的评委应为不少于 5 人的单数；见习评委照样评，分数不计入任何结果。")
else:
    widgets.empty("还没有评委。评委是“评审专家”或部门账号；研究院主办评审，不兼任评委。")

candidates = {person.account_id: person for person in keep.ask(panel_queries.candidates, actor, view.id)}


def choose(key: str) -> int | None:
    return st.selectbox(
        "人员",
        list(candidates),
        None,
        lambda number: f"{candidates[number].name}（{candidates[number].organisation}）",
        key=key,
        placeholder="选择评审专家或部门人员",
    )


with st.container(horizontal=True):
    if view.state in stages.OPEN_LISTS:
        with st.popover("聘请评委…", icon=":material/person_add:", key="member_add_ask"):
            roles = list(MemberRole)
            chosen = choose("member_add_who")
            role = st.selectbox("身份", roles, 1, running.label, key="member_add_role")
            if st.button("聘请", key="member_add", type="primary", disabled=chosen is None) and chosen and role:
                with guard.show_errors():
                    setup_service.add_member(actor, view.id, MemberIn(account_id=chosen, role=role))
                    widgets.flash(f"已聘请{candidates[chosen].name}，并查找了他应回避的项目。")
                    st.rerun()
    if seated and view.state in stages.OPEN_LISTS | {ReviewState.SCORING}:
        scoring = view.state is ReviewState.SCORING
        with st.popover("更换评委…" if scoring else "移出或更换评委…", key="member_leave_ask"):
            st.warning("离开的评委已评的分数作废（留存备查），接替的人重新评分。")
            names = {member.id: member.name for member in seated}
            whom = st.selectbox("离开的评委", list(names), format_func=names.__getitem__, key="member_leave_who")
            instead = choose("member_leave_instead")
            why = st.text_input("理由（必填，印在公正性说明里）", key="member_leave_why")
            if st.button(
                "确认", key="member_leave", type="primary", disabled=whom is None or (scoring and not instead)
            ):
                with guard.show_errors():
                    if instead:
                        setup_service.replace_member(actor, view.id, whom, MemberIn(account_id=instead), why)
                    else:
                        setup_service.remove_member(actor, view.id, whom, why)
                    widgets.flash(f"{names[whom]}已离开评审组。")
                    st.rerun()
    if seated and view.state is not ReviewState.FINAL:
        with st.popover("登记任职单位…", key="affiliation_ask"):
            st.caption("评委账号所在单位之外的任职，和近三年离开的单位，用来查找回避。")
            people = {member.account_id: member.name for member in seated}
            person = st.selectbox("评委", list(people), format_func=people.__getitem__, key="affiliation_who")
            units = {unit.id: unit.name for unit in keep.ask(accounts.queries.organisations, actor)}
            unit = st.selectbox(
                "单位", list(units), None, units.__getitem__, key="affiliation_unit", placeholder="没有的填下面"
            )
            name = st.text_input("单位名称", key="affiliation_name")
            code = st.text_input("统一社会信用代码", key="affiliation_code")
            until = st.date_input("离开日期（仍在职的不填）", None, key="affiliation_until")
            if st.button("登记", key="affiliation", type="primary"):
                with guard.show_errors(AffiliationIn):
                    data = AffiliationIn.model_validate(
                        {"organisation_id": unit, "name": name, "credit_code": code, "until": until}
                    )
                    setup_service.record_affiliation(actor, person, data)
                    widgets.flash("已登记，并重新查找了回避。")
                    st.rerun()
        if st.button("重新查找回避", key="recusal_find", icon=":material/search:"):
            with guard.show_errors():
                new = recusal_service.look_again(actor, view.id)
                widgets.flash(f"查找完成，新发现 {new} 条。")
                st.rerun()
        entries = {
            entry.id: f"{entry.code} {entry.title}" for entry in keep.ask(review_queries.entries, actor, view.id)
        }
        with st.popover("我应回避…", key="recusal_own_ask"):
            st.caption("主办人员与参评项目有利害关系的也要回避：看不到它的材料、分数和统计。")
            mine = st.selectbox("项目", list(entries), None, entries.__getitem__, key="recusal_own_entry")
            detail = st.text_input("有什么关系", key="recusal_own_detail")
            if st.button("申报回避", key="recusal_own", disabled=mine is None) and mine:
                with guard.show_errors():
                    recusal_service.declare(actor, view.id, mine, detail)
                    widgets.flash("已申报，立即生效。")
                    st.rerun()

decided = [item for item in recusals if item.decided_at is not None]
if decided:
    st.subheader("已认定的回避", anchor=False)
    running.draw(
        pd.DataFrame(
            [
                (
                    item.person,
                    item.entry,
                    item.kind.label,
                    item.detail,
                    f"{'■' if item.state.blocks else '○'} {item.state.label}",
                    f"{item.decided_by}　{clock.show(item.decided_at)}",
                    item.reason or "–",
                )
                for item in decided
            ],
            columns=["人员", "项目", "原因", "依据", "认定", "认定人", "理由"],
        ),
        f"recusals_{view.id}_{len(decided)}",
    )
    again = {item.id: f"{item.person}　{item.entry}　{item.kind.label}" for item in decided if not item.mine}
    if again and view.state is not ReviewState.FINAL:
        with st.popover("改变认定…", key="recusal_again_ask"):
            which = st.selectbox("回避", list(again), format_func=again.__getitem__, key="recusal_again_which")
            item = next(found for found in decided if found.id == which)
            reason = st.text_input("理由", key="recusal_again_reason")
            do = "改为不需回避" if item.state.blocks else "改为应回避"
            if st.button(do, key="recusal_again", type="primary"):
                with guard.show_errors():
                    recusal_service.decide(
                        actor,
                        item.id,
                        confirmed=not item.state.blocks,
                        reason=reason,
                        seen_version=item.version,
                    )
                    widgets.flash(f"已{do}。")
                    st.rerun()
