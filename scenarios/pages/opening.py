"""One opening of a scenario to partners: what is on offer, one's own offer, and for its owner all offers."""

import streamlit as st

from core import clock
from core.words import AnswerState
from scenarios import opening_queries, opening_service, stages
from scenarios.opening_queries import OfferView
from scenarios.opening_schemas import OfferIn, OpeningIn
from scenarios.pages import opening_parts, parts
from web import guard, widgets

actor = guard.current_actor()
view = guard.found(opening_queries.opening(actor, guard.parameter("id")), "场景开放")
widgets.header(view.title, "开放什么，怎样参与？", back=("scenarios/pages/openings.py", "全部场景开放"))


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = opening_service.move(actor, view.id, do, reason, seen_version=view.version)
        widgets.flash(f"已办理“{do}”，现为“{state.label}”。")
        st.rerun()


def act_on(offer: OfferView, do: str, reason: str) -> None:
    with guard.show_errors():
        state = opening_service.move_answer(actor, offer.id, do, reason, seen_version=offer.version)
        widgets.flash(f"{offer.organisation}的应答现为“{state.label}”。")
        st.rerun()


def told(offer: OfferView) -> None:
    """How an offer stands and what was answered."""
    st.markdown(
        f"{widgets.badge(offer.state, offer.state.label)}　**{guard.plain(offer.organisation)}**　"
        f"{clock.show(offer.answered_at)}"
    )
    parts.facts([("合作方案", offer.proposal), ("联系方式", offer.contact)])
    if offer.reply:
        when = clock.show(offer.replied_at)[:10] if offer.replied_at else ""
        st.markdown(f"**答复**　{guard.plain(offer.reply)}（{guard.plain(offer.replied_by)}，{when}）")


with st.container(border=True):
    tone, words = view.status
    st.markdown(
        f"{widgets.badge(tone, words)}　{guard.plain(view.closed) or f'截止 {view.deadline}（当日仍可应答）。'}"
    )
    parts.facts(
        [
            ("开放的资源", view.resources),
            ("合作条件", view.conditions),
            ("面向", view.for_whom),
            ("发布", f"{view.published_by}　{clock.show(view.created_at)}"),
        ]
    )
    widgets.steps("opening", opening_queries.steps(view), act)

st.subheader("场景", anchor=False)
parts.facts(
    [
        ("场景", f"{view.scenario.code} {view.scenario.name}"),
        ("领域", view.domain),
        ("地区", view.region),
        ("牵头单位", view.lead),
        ("简介", view.summary),
    ]
)
if view.reads_scenario:
    st.page_link(
        "scenarios/pages/scenario.py",
        label="打开场景档案",
        icon=":material/account_tree:",
        query_params={"id": str(view.scenario.id)},
    )

if view.manages:
    if view.scenario.state in stages.OFFERED:
        with (
            st.popover("修改开放内容…", icon=":material/edit:"),
            st.form(f"opening_edit_{view.version}", border=False),
        ):
            values = opening_parts.fields(f"opening_edit_{view.version}", view)
            if st.form_submit_button("保存", key="opening_edit_save", type="primary"):
                with guard.show_errors(OpeningIn):
                    opening_service.edit(actor, view.id, OpeningIn(**values), seen_version=view.version)
                    widgets.flash("开放内容已修改。")
                    st.rerun()
    st.subheader(f"收到的应答（{len(view.offers)}）", anchor=False)
    for offer in sorted(view.offers, key=lambda offer: offer.state is not AnswerState.WAITING):
        with st.container(border=True, key=f"offer_{offer.id}"):
            told(offer)
            choices = opening_queries.replies(offer)
            if offer.state is AnswerState.WAITING and not choices:
                st.caption(guard.plain(offer.replies.reason))
            widgets.steps(
                f"offer_{offer.id}",
                choices,
                lambda do, reason, offer=offer: act_on(offer, do, reason),  # type: ignore[misc]
            )
    if not view.offers:
        widgets.empty("还没有单位应答。")
    st.stop()

st.subheader("本单位的应答", anchor=False)
mine = view.mine
if mine:
    with st.container(border=True, key=f"offer_{mine.id}"):
        told(mine)
        if mine.state is AnswerState.WAITING and st.button("撤回应答", key="offer_take_back"):
            act_on(mine, stages.TAKE_BACK, "")
if view.closed or view.barred or (mine and mine.state is AnswerState.ACCEPTED):
    if not mine:
        st.caption(guard.plain(view.barred or view.closed))
    st.stop()
again = "修改应答" if mine and mine.state is AnswerState.WAITING else stages.OFFER_AGAIN if mine else "提交应答"
with (
    st.expander(again, expanded=mine is None, icon=":material/edit_note:"),
    st.form(f"offer_{mine.version if mine else 0}", border=False, enter_to_submit=False),
):
    proposal = st.text_area(
        "合作方案",
        mine.proposal if mine else "",
        max_chars=2000,
        placeholder="能提供什么、做到什么程度、需要多长时间",
        key="offer_proposal",
    )
    contact = st.text_input("联系人和联系方式", mine.contact if mine else "", max_chars=100, key="offer_contact")
    st.caption("只有场景的牵头、登记单位和研究院能看到本单位的应答。")
    if st.form_submit_button(again, key="offer_save", type="primary"):
        with guard.show_errors(OfferIn):
            opening_service.answer(
                actor,
                view.id,
                OfferIn(proposal=proposal, contact=contact),
                seen_version=mine.version if mine else 0,
            )
            widgets.flash("应答已提交，牵头单位答复后会在这里显示。")
            st.rerun()
